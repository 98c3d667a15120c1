#include "sim/register_oracle.h"

#include <algorithm>

#include "base/strings.h"
#include "sim/true_age.h"

namespace quorate::sim {
namespace {

bool IsRead(const Op& op) { return op.kind == OpKind::kLookup; }

const std::string& KeyOf(const Op& op) {
  return IsRead(op) ? op.keys.front() : op.mutations.front().key;
}

uint64_t VersionIn(const Op& op, const Reply& reply) {
  if (!IsRead(op)) return reply.write.version;
  return reply.found.front() ? reply.found.front()->version : 0;
}

}  // namespace

void RegisterOracle::Invoked(const Op& op) {
  if (IsRead(op)) return;
  const kv::Mutation& mutation = op.mutations.front();
  if (mutation.action == kv::Mutation::Action::kDelete) deleted_.insert(mutation.key);
}

void RegisterOracle::Told(const Op& op, const Reply& reply, absl::Duration now) {
  if (op.strong()) {
    told_[KeyOf(op)].emplace_back(now, VersionIn(op, reply));
    return;
  }
  const auto floor_before = [&](absl::Duration moment) {
    uint64_t floor = 0;
    for (const auto& [when, version] : told_[KeyOf(op)]) {
      if (when < moment) floor = std::max(floor, version);
    }
    return floor;
  };
  if (op.level == Level::kQuorum || op.level == Level::kAll) {
    Check(op, reply, floor_before(op.invoked), "was told of before it began");
  }
  const auto& staleness = reply.receipt.staleness;
  if (op.level == Level::kBounded && (!staleness || *staleness > op.bound)) {
    violation_(StrCat("register operation #", op.id, " was answered beyond its bound"));
  }
  if (!staleness) return;
  Check(op, reply, floor_before(HoldsAllBefore(op.invoked, *staleness)),
        "was told of before its state is said to be of");
}

void RegisterOracle::Check(const Op& op, const Reply& reply, uint64_t floor, const char* why) {
  const bool found = reply.found.front().has_value();
  const uint64_t version = VersionIn(op, reply);
  if (found ? version >= floor : floor == 0 || MayBeGone(KeyOf(op))) return;
  violation_(StrCat("register operation #", op.id, " at ", LevelName(op.level), " read version ",
                    version, " of ", KeyOf(op), ", but ", floor, " ", why));
}

}  // namespace quorate::sim
