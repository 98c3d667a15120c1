#include "sim/expiry_oracle.h"

#include <algorithm>

#include "base/strings.h"

namespace quorate::sim {

bool IsExpiring(std::string_view key) { return !key.empty() && key.front() == 'x'; }

void ExpiryOracle::Expect(absl::Duration bound, absl::Duration until) {
  bound_ = bound;
  until_ = until;
}

void ExpiryOracle::Invoked(const Op& op) {
  for (const kv::Mutation& mutation : op.mutations) {
    if (!IsExpiring(mutation.key)) continue;
    Write write;
    write.op = op.id;
    write.value = mutation.value;
    write.ttl = absl::Microseconds(static_cast<int64_t>(mutation.ttl_us));
    write.invoked = op.invoked;
    writes_[{op.partition, mutation.key}].push_back(std::move(write));
  }
}

std::string ExpiryOracle::Returned(const Op& op) {
  for (const kv::Mutation& mutation : op.mutations) {
    const auto all = writes_.find({op.partition, mutation.key});
    if (all == writes_.end() || op.outcome == Outcome::kUnknown) continue;
    for (Write& write : all->second) {
      if (write.op != op.id) continue;
      write.returned = op.returned;
      write.done = op.outcome == Outcome::kDone;
    }
  }
  const bool read = op.kind == OpKind::kLookup && op.outcome == Outcome::kDone && op.strong();
  if (!read || op.keys.size() != 1 || op.reply.found.size() != 1 || op.returned > until_) return "";
  const auto all = writes_.find({op.partition, op.keys.front()});
  if (all == writes_.end()) return "";
  const auto& found = op.reply.found.front();
  return found ? JudgeFound(op, all->second, found->value) : JudgeGone(op, all->second);
}

std::string ExpiryOracle::JudgeFound(const Op& op, const Writes& writes,
                                     const std::string& value) const {
  for (const Write& put : writes) {
    if (put.value != value || !put.done || op.invoked <= put.returned + put.ttl + bound_) continue;
    return StrCat("found what operation #", put.op, " put, ",
                  absl::FormatDuration(op.invoked - put.returned - put.ttl), " after it expired");
  }
  return "";
}

std::string ExpiryOracle::JudgeGone(const Op& op, const Writes& writes) const {
  for (const Write& put : writes) {
    if (!put.done || put.value.empty() || put.returned >= op.invoked) continue;
    if (op.returned >= put.invoked + put.ttl - bound_) continue;
    const bool alone = std::all_of(writes.begin(), writes.end(), [&](const Write& other) {
      return other.op == put.op || other.invoked > op.returned || other.returned < put.invoked;
    });
    if (!alone) continue;
    return StrCat("did not find what operation #", put.op, " put, ",
                  absl::FormatDuration(put.invoked + put.ttl - op.returned),
                  " before it was to expire");
  }
  return "";
}

}  // namespace quorate::sim
