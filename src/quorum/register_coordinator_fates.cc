// Operations that may be asked for, what became of them, and what is told of that.
#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "quorum/register_coordinator.h"

namespace quorate::quorum {

bool RegisterCoordinator::Join(const RegisterCall& call) {
  const auto asked = asked_.find(call.operation->id);
  if (asked == asked_.end()) return false;
  Operation& operation = operations_.at(asked->second);
  if (operation.ask->body == call.operation->body) {
    operation.also.push_back(call.id);
    return true;
  }
  Reply reply;
  reply.id = call.id;
  reply.status = Local::IdentityReused(call.operation->id);
  local_.AnswerAtOnce(std::move(reply));
  return true;
}

void RegisterCoordinator::LearnFate(const std::string& key, const Ballot& of,
                                    absl::Duration deadline, FateFn done, const Now& now) {
  if (absl::Status refused = Refuse(); !refused.ok()) {
    RegisterOutcome outcome;
    outcome.status = std::move(refused);
    return done(outcome, now);
  }
  Operation operation;
  operation.key = key;
  operation.op.kind = RegisterOp::Kind::kLearnFate;
  operation.op.fate_of = of;
  operation.deadline = deadline;
  operation.on_fate = std::move(done);
  Add(std::move(operation), now);
}

// The last moment at which nobody can have it yet.
bool RegisterCoordinator::MayBegin(Operation& operation) const {
  const Standing standing = local_.operations().StandingOf(operation.ask->id);
  const RegisterBugs& bugs = local_.config().bugs.registers;
  if (standing == Standing::kUnknown || bugs.begin_though_fenced || bugs.retry_under_one_id) {
    return true;
  }
  operation.proposer->Abandon(
      absl::StatusCode::kFailedPrecondition, "WRITE_FENCED",
      StrCat("what became of operation ", operation.ask->id.ToString(),
             " was asked, or its writer forgotten, before it began; send it under another "
             "sequence"));
  return false;
}

Operation RegisterCoordinator::RowOf(const Operation& operation, const RegisterValue& value,
                                     const RegisterOutcome& told) {
  quorum::Operation row;
  row.id = operation.ask->id;
  row.settled_below = operation.ask->settled_below;
  row.body = operation.ask->body;
  row.dot = value.dot;
  row.time = value.accepted.time;
  row.attempt.emplace();
  row.attempt->counter = value.accepted.counter;
  row.attempt->removes = !value.present;
  row.attempt->found = told.found;
  row.attempt->sum = told.sum;
  return row;
}

void RegisterCoordinator::NoteSeen(const Operation& operation, const RegisterOutcome& outcome,
                                   SessionPart& seen) const {
  const Dot& dot = outcome.dot;
  if (dot) seen.Note(dot, outcome.version.time);
  // All of this boot up to what is on this disk is there too.
  const auto& holders = outcome.holders;
  const bool held = std::find(holders.begin(), holders.end(), local_.self().node) != holders.end();
  if (held && dot.identity == local_.self()) seen.dots.Add(dot.identity, {1, dot.counter});
  for (const auto& [identity, set] : operation.session.dots.sets()) {
    const auto ended = local_.seen().ended().find(identity.node);
    if (local_.seen().Ended(identity)) seen.dots.End(identity.node, ended->second);
  }
}

void RegisterCoordinator::Tell(const Operation& operation, RegisterOutcome outcome) {
  Reply reply;
  reply.status = outcome.status;
  reply.receipt.time = outcome.version.time;
  reply.receipt.acked_by = outcome.holders;
  if (outcome.status.ok()) NoteSeen(operation, outcome, reply.receipt.seen);
  reply.outcome = std::move(outcome);
  for (uint64_t request : operation.also) {
    reply.id = request;
    local_.AnswerAtOnce(reply);
  }
  reply.id = operation.request;
  local_.AnswerAtOnce(std::move(reply));
}

}  // namespace quorate::quorum
