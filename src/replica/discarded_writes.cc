#include "replica/discarded_writes.h"

#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "quorum/policy_op.h"

namespace quorate {
namespace {

using quorum::MapOp;

std::string Signed(int64_t delta) { return StrCat(delta < 0 ? "" : "+", delta); }

std::string ShowField(const MapOp& op) {
  if (op.kind == MapOp::Kind::kAddToCounter) return StrCat(op.field, " ", Signed(op.delta));
  return StrCat(op.field, op.kind == MapOp::Kind::kPut ? " = " : " has ", op.value);
}

kv::Mutation ChangeField(MapOp op) {
  kv::Mutation again;
  again.action = kv::Mutation::Action::kChangeField;
  again.field_action = op.kind == MapOp::Kind::kPut            ? kv::FieldAction::kPut
                       : op.kind == MapOp::Kind::kAddToCounter ? kv::FieldAction::kAdd
                                                               : kv::FieldAction::kAddElement;
  again.field = std::move(op.field);
  again.value = std::move(op.value);
  again.delta = op.delta;
  return again;
}

// Of policies that merge.
absl::StatusOr<kv::Mutation> OpAgain(Conflict conflict, const std::string& op) {
  kv::Mutation again;
  if (conflict == Conflict::kCounter) {
    const auto counter = quorum::DecodeCounterOp(op);
    if (!counter.ok()) return counter.status();
    again.action = kv::Mutation::Action::kAdd;
    again.delta = counter->delta;
    return again;
  }
  if (conflict == Conflict::kSet) {
    auto set = quorum::DecodeSetOp(op);
    if (!set.ok()) return set.status();
    again.action = kv::Mutation::Action::kAddElement;
    again.value = std::move(set->element);
    return again;
  }
  auto map = quorum::DecodeMapOp(op);
  if (!map.ok()) return map.status();
  return ChangeField(*std::move(map));
}

bool IsOp(Conflict conflict) {
  return conflict == Conflict::kCounter || conflict == Conflict::kSet || conflict == Conflict::kMap;
}

}  // namespace

std::string ShowDiscarded(Conflict conflict, const quorum::Record& loser) {
  if (!IsOp(conflict)) return loser.body;
  if (conflict == Conflict::kMap) {
    const auto map = quorum::DecodeMapOp(loser.body);
    return map.ok() ? ShowField(*map) : loser.body;
  }
  const auto again = OpAgain(conflict, loser.body);
  if (!again.ok()) return loser.body;
  return conflict == Conflict::kCounter ? Signed(again->delta) : again->value;
}

absl::StatusOr<kv::Mutation> WriteAgainOf(Conflict conflict, quorum::Discard discard,
                                          uint64_t now_us) {
  const uint64_t expires_at = discard.loser.expires_at_us;
  if (!discard.loser.tombstone && expires_at != 0 && expires_at <= now_us) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "CONFLICT_EXPIRED",
                     "the discarded write was to live for a time that is over by now; put the "
                     "value anew if it is wanted still");
  }
  absl::StatusOr<kv::Mutation> again = kv::Mutation();
  if (IsOp(conflict)) again = OpAgain(conflict, discard.loser.body);
  if (!again.ok()) return again;
  again->key = std::move(discard.key);
  if (IsOp(conflict)) return again;
  if (discard.loser.tombstone) {
    again->action = kv::Mutation::Action::kDelete;
    return again;
  }
  again->value = std::move(discard.loser.body);
  again->ttl_us = expires_at == 0 ? 0 : expires_at - now_us;
  return again;
}

}  // namespace quorate
