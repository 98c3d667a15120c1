#include "replica/quorum_values.h"

#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "quorum/causal_context.h"
#include "quorum/crdt_policies.h"
#include "quorum/lww.h"
#include "quorum/policy_op.h"
#include "quorum/register_record.h"
#include "quorum/seen_clock.h"

namespace quorate {
namespace {

using kv::FieldAction;
using kv::Mutation;
using Action = kv::Mutation::Action;

// The one place that knows which policies there are. Null: not this one.
std::unique_ptr<const quorum::ConflictPolicy> PolicyOf(Conflict conflict, const std::string& scope,
                                                       const quorum::Bugs& bugs) {
  quorum::PolicyOptions options;
  options.scope = scope;
  options.remove_unseen = bugs.remove_unseen;
  switch (conflict) {
    case Conflict::kLww:
      return std::make_unique<quorum::LastWriteWins>();
    case Conflict::kSiblings:
      return std::make_unique<quorum::SiblingsPolicy>(std::move(options));
    case Conflict::kCounter:
      return std::make_unique<quorum::CounterPolicy>(bugs.merge_by_adding);
    case Conflict::kSet:
      return std::make_unique<quorum::SetPolicy>(std::move(options));
    case Conflict::kMap:
      return std::make_unique<quorum::MapPolicy>(std::move(options));
    case Conflict::kRegister:
      return std::make_unique<quorum::RegisterPolicy>();
    case Conflict::kNone:
      return nullptr;
  }
  return nullptr;
}

std::string_view Asked(Action action) {
  switch (action) {
    case Action::kPut:
      return "a put";
    case Action::kDelete:
      return "a delete";
    case Action::kAdd:
      return "an addition to a counter";
    case Action::kAddElement:
    case Action::kRemoveElement:
      return "a change of a set";
    case Action::kChangeField:
      return "a change of a map";
  }
  return "something else";
}

// Deletes of counters too: that policy says best why there are none.
bool Takes(Conflict conflict, Action action) {
  if (action == Action::kDelete) return true;
  switch (conflict) {
    case Conflict::kCounter:
      return action == Action::kAdd;
    case Conflict::kSet:
      return action == Action::kAddElement || action == Action::kRemoveElement;
    case Conflict::kMap:
      return action == Action::kChangeField;
    case Conflict::kRegister:
      return action == Action::kPut || action == Action::kAdd;
    default:
      return action == Action::kPut;
  }
}

std::string_view WhatItTakes(Conflict conflict) {
  switch (conflict) {
    case Conflict::kSiblings:
      return "puts, and deletes with the context of a read";
    case Conflict::kCounter:
      return "additions";
    case Conflict::kSet:
      return "additions and removals of elements, and deletes with the context of a read";
    case Conflict::kMap:
      return "changes of fields, and deletes with the context of a read";
    case Conflict::kRegister:
      return "puts, deletes and additions, with conditions and without contexts";
    default:
      return "puts and deletes, without contexts";
  }
}

bool TakesContext(Conflict conflict) {
  return conflict == Conflict::kSiblings || conflict == Conflict::kSet ||
         conflict == Conflict::kMap;
}

quorum::MapOp::Kind KindOf(FieldAction action) {
  switch (action) {
    case FieldAction::kPut:
      return quorum::MapOp::Kind::kPut;
    case FieldAction::kAdd:
      return quorum::MapOp::Kind::kAddToCounter;
    case FieldAction::kAddElement:
      return quorum::MapOp::Kind::kAddToSet;
    case FieldAction::kRemoveElement:
      return quorum::MapOp::Kind::kRemoveFromSet;
    case FieldAction::kRemoveValue:
      return quorum::MapOp::Kind::kRemoveRegister;
    case FieldAction::kRemoveCounter:
      return quorum::MapOp::Kind::kRemoveCounter;
    case FieldAction::kRemoveSet:
      return quorum::MapOp::Kind::kRemoveSet;
  }
  return quorum::MapOp::Kind::kPut;
}

std::string ArgumentOf(Mutation& mutation) {
  switch (mutation.action) {
    case Action::kPut:
      return std::move(mutation.value);
    case Action::kDelete:
      return "";
    case Action::kAdd:
      return quorum::EncodeOp(quorum::CounterOp{mutation.delta});
    case Action::kAddElement:
      return quorum::EncodeOp(quorum::SetOp{quorum::SetOp::Kind::kAdd, std::move(mutation.value)});
    case Action::kRemoveElement:
      return quorum::EncodeOp(
          quorum::SetOp{quorum::SetOp::Kind::kRemove, std::move(mutation.value)});
    case Action::kChangeField:
      return quorum::EncodeOp(quorum::MapOp{KindOf(mutation.field_action),
                                            std::move(mutation.field), std::move(mutation.value),
                                            mutation.delta});
  }
  return "";
}

}  // namespace

std::string ContextScope(std::string_view cluster_id, KeyspaceId keyspace) {
  return StrCat(cluster_id, "/", keyspace.ToString());
}

std::unique_ptr<const QuorumValues> QuorumValues::For(Conflict conflict, std::string scope,
                                                      const quorum::Bugs& bugs) {
  auto policy = PolicyOf(conflict, scope, bugs);
  if (policy == nullptr) return nullptr;
  return std::unique_ptr<const QuorumValues>(
      new QuorumValues(conflict, std::move(scope), std::move(policy)));
}

absl::Status QuorumValues::WrongPolicy(const Mutation& mutation, std::string_view asked) const {
  return MakeError(absl::StatusCode::kInvalidArgument, "WRONG_POLICY",
                   StrCat("key \"", PrintableBytes(mutation.key), "\" is of a keyspace of policy ",
                          ConflictName(conflict_), ", which takes ", WhatItTakes(conflict_),
                          "; it was asked for ", asked, ", and nothing was written"));
}

absl::Status QuorumValues::Check(const Mutation& mutation) const {
  const bool conditional = mutation.condition.kind != kv::Condition::Kind::kNone;
  if (conflict_ == Conflict::kLww && (conditional || mutation.action == Action::kAdd)) {
    return MakeError(absl::StatusCode::kInvalidArgument, "NEEDS_ONE_ORDER",
                     "conditions and additions need one order of all writes: use a keyspace of "
                     "policy register or of mode raft, or for additions alone one of policy "
                     "counter");
  }
  if (!Takes(conflict_, mutation.action)) return WrongPolicy(mutation, Asked(mutation.action));
  if (conditional && conflict_ != Conflict::kRegister) return WrongPolicy(mutation, "a condition");
  if (mutation.context.empty()) return absl::OkStatus();
  if (!TakesContext(conflict_)) return WrongPolicy(mutation, "a context");
  // That it is one of this key; what it claims is for the policy to judge.
  return quorum::OpenContext(scope_, mutation.key, mutation.context, {}).status();
}

absl::Status QuorumValues::CheckBlindly(const Mutation& mutation) const {
  const absl::StatusOr<quorum::Change> change = ChangeOf(mutation, 0);
  if (!change.ok()) return change.status();
  const quorum::Dot nobodys{{NodeId(1), Boot(1)}, 1};
  const auto written = policy_->Write(mutation.key, nullptr, *change, nobodys, HlcTime(1), {});
  return absl::IsInvalidArgument(written.status()) ? written.status() : absl::OkStatus();
}

absl::StatusOr<quorum::Change> QuorumValues::ChangeOf(Mutation mutation,
                                                      uint64_t calendar_us) const {
  if (absl::Status fit = Check(mutation); !fit.ok()) return fit;
  quorum::Change change;
  change.remove = mutation.action == Action::kDelete;
  change.argument = ArgumentOf(mutation);
  change.context = std::move(mutation.context);
  if (mutation.ttl_us != 0) change.expires_at_us = calendar_us + mutation.ttl_us;
  return change;
}

}  // namespace quorate
