#include "replica/discarded_writes.h"

#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "quorum/causal_context.h"
#include "quorum/policy_op.h"
#include "quorum/removal.h"

namespace quorate {
namespace {

using quorum::MapOp;

std::string Signed(int64_t delta) { return StrCat(delta < 0 ? "" : "+", delta); }

std::string ShowField(const MapOp& op) {
  switch (op.kind) {
    case MapOp::Kind::kAddToCounter:
      return StrCat(op.field, " ", Signed(op.delta));
    case MapOp::Kind::kPut:
      return StrCat(op.field, " = ", op.value);
    case MapOp::Kind::kAddToSet:
    case MapOp::Kind::kRemoveFromSet:
      return StrCat(op.field, " has ", op.value);
    default:
      return op.field;
  }
}

kv::FieldAction FieldActionOf(MapOp::Kind kind) {
  switch (kind) {
    case MapOp::Kind::kPut:
      return kv::FieldAction::kPut;
    case MapOp::Kind::kAddToCounter:
      return kv::FieldAction::kAdd;
    case MapOp::Kind::kAddToSet:
      return kv::FieldAction::kAddElement;
    case MapOp::Kind::kRemoveFromSet:
      return kv::FieldAction::kRemoveElement;
    case MapOp::Kind::kRemoveRegister:
      return kv::FieldAction::kRemoveValue;
    case MapOp::Kind::kRemoveCounter:
      return kv::FieldAction::kRemoveCounter;
    case MapOp::Kind::kRemoveSet:
      return kv::FieldAction::kRemoveSet;
  }
  return kv::FieldAction::kPut;
}

kv::Mutation ChangeField(MapOp op) {
  kv::Mutation again;
  again.action = kv::Mutation::Action::kChangeField;
  again.field_action = FieldActionOf(op.kind);
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
    again.action = set->kind == quorum::SetOp::Kind::kAdd ? kv::Mutation::Action::kAddElement
                                                          : kv::Mutation::Action::kRemoveElement;
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

absl::StatusOr<kv::Mutation> RemovalAgain(Conflict conflict, std::string_view scope,
                                          quorum::Discard discard) {
  quorum::Removal removal;
  if (!discard.loser.body.empty()) {
    auto kept = quorum::DecodeRemoval(discard.loser.body);
    if (!kept.ok()) return kept.status();
    removal = *std::move(kept);
  }
  absl::StatusOr<kv::Mutation> again = kv::Mutation();
  again->action = kv::Mutation::Action::kDelete;
  if (!removal.op.empty()) again = OpAgain(conflict, removal.op);
  if (!again.ok()) return again;
  if (!removal.had.empty()) again->context = quorum::SealContext(scope, discard.key, removal.had);
  again->key = std::move(discard.key);
  return again;
}

}  // namespace

std::string ShowDiscarded(Conflict conflict, const quorum::Record& loser) {
  std::string op = loser.body;
  if (loser.tombstone) {
    auto removal = quorum::DecodeRemoval(loser.body);
    op = removal.ok() ? std::move(removal->op) : "";
  }
  if (!IsOp(conflict) || op.empty()) return op;
  if (conflict == Conflict::kMap) {
    const auto map = quorum::DecodeMapOp(op);
    return map.ok() ? ShowField(*map) : op;
  }
  const auto again = OpAgain(conflict, op);
  if (!again.ok()) return op;
  return conflict == Conflict::kCounter ? Signed(again->delta) : again->value;
}

absl::StatusOr<kv::Mutation> WriteAgainOf(Conflict conflict, std::string_view scope,
                                          quorum::Discard discard, uint64_t now_us) {
  if (discard.loser.tombstone) return RemovalAgain(conflict, scope, std::move(discard));
  const uint64_t expires_at = discard.loser.expires_at_us;
  if (expires_at != 0 && expires_at <= now_us) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "CONFLICT_EXPIRED",
                     "the discarded write was to live for a time that is over by now; put the "
                     "value anew if it is wanted still");
  }
  absl::StatusOr<kv::Mutation> again = kv::Mutation();
  if (IsOp(conflict)) again = OpAgain(conflict, discard.loser.body);
  if (!again.ok()) return again;
  again->key = std::move(discard.key);
  if (IsOp(conflict)) return again;
  again->value = std::move(discard.loser.body);
  again->ttl_us = expires_at == 0 ? 0 : expires_at - now_us;
  return again;
}

}  // namespace quorate
