// What became of an operation on a register, whose rows say who has accepted it.
//
// Why a round tells: it is begun when a quorum has the question on disk, and the
// promises that it gets forbid the operation's ballot. So once what is there is
// complete, the operation is in its past or never takes effect; and its coordinator,
// which finds the question at one of that quorum at least before it calls a write
// done that was overwritten, says the same (Proposer::FateOfOwn).
#include <algorithm>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "quorum/resolve_coordinator.h"

namespace quorate::quorum {
namespace {

using End = RegisterAttempt::End;

// What a write that comes once more is told.
absl::Status StatusOf(Fate fate, const OperationId& id) {
  if (fate == Fate::kApplied) return absl::OkStatus();
  if (fate == Fate::kNever) {
    return MakeError(absl::StatusCode::kAborted, "REGISTER_CONTENDED",
                     StrCat("operation ", id.ToString(),
                            " was overtaken, so that it was not done and will not be: send it "
                            "again under another sequence"),
                     Applied::kNo);
  }
  return MakeError(absl::StatusCode::kAborted, "REGISTER_CONTENDED",
                   StrCat("operation ", id.ToString(),
                          " was begun, others wrote to the key since, and whether it took effect "
                          "before theirs cannot be told: read before writing again"),
                   Applied::kUnknown);
}

}  // namespace

void ResolveCoordinator::Repeat(const RegisterCall& call, const Now& now) {
  ResolveRequest request;
  request.id = call.id;
  request.operation = call.operation->id;
  request.level = Level::kLinearizable;
  request.deadline = call.deadline;
  Begin(request, true, now);
}

std::map<NodeId, Operations::Row> ResolveCoordinator::RowsOf(const Resolve& resolve) const {
  std::map<NodeId, Operations::Row> rows;
  for (const auto& [node, answer] : resolve.answers) {
    if (answer.row) rows[node] = *answer.row;
  }
  if (const Operations::Row* own = local_.operations().Find(resolve.request.operation)) {
    rows[local_.self().node] = *own;
  }
  return rows;
}

bool ResolveCoordinator::JudgeRows(Resolves::iterator at, bool late, const Now& now) {
  const Resolve& resolve = at->second;
  const std::map<NodeId, Operations::Row> rows = RowsOf(resolve);
  if (rows.empty()) return false;
  // Sent to two nodes, it may have two ballots.
  std::map<Ballot, Nodes> accepted;
  std::map<Ballot, const Operations::Row*> open;
  std::set<Ballot> never;
  for (const auto& [node, row] : rows) {
    const Ballot ballot = row.operation.ballot();
    open[ballot] = &row;
    // An end may be noted where the value was not accepted.
    if (row.operation.attempt->end != End::kNever) accepted[ballot].insert(node);
    if (row.operation.attempt->end == End::kNever) never.insert(ballot);
  }
  const bool enough = local_.config().bugs.registers.rows_tell_all;
  for (const auto& [node, row] : rows) {
    const Ballot ballot = row.operation.ballot();
    const bool done = row.operation.attempt->end == End::kDone || enough ||
                      peers_.Enough(Level::kQuorum, accepted[ballot]);
    if (!done || never.contains(ballot)) continue;
    FinishApplied(at, row, accepted[ballot]);
    return true;
  }
  for (const Ballot& ballot : never) open.erase(ballot);
  if (open.empty()) {
    Finish(at, Fate::kNever);
    return true;
  }
  if (resolve.in_a_round) {
    if (late) Fail(at, Missing(resolve));
    return true;
  }
  if (ReadyForRound(resolve, late, now)) {
    if (!resolve.request.fence) {
      Finish(at, Fate::kPossible);
      return true;
    }
    LearnFate(at, *open.begin()->second, now);
  } else if (late) {
    Fail(at, Missing(resolve));
  }
  return true;
}

// Whoever can be heard of may have the row that makes a round needless.
bool ResolveCoordinator::ReadyForRound(const Resolve& resolve, bool late, const Now& now) const {
  Nodes answered = {local_.self().node};
  for (const auto& [node, answer] : resolve.answers) answered.insert(node);
  if (!peers_.Enough(Level::kQuorum, answered)) return !resolve.request.fence && late;
  const Nodes living = peers_.Living();
  const bool all = std::includes(answered.begin(), answered.end(), living.begin(), living.end());
  return all || late || now.monotonic - resolve.begun_at >= local_.config().resend_interval;
}

void ResolveCoordinator::LearnFate(Resolves::iterator at, const Operations::Row& row,
                                   const Now& now) {
  const uint64_t id = at->first;
  at->second.in_a_round = true;
  const absl::Duration deadline = at->second.request.deadline;
  if (local_.config().bugs.registers.never_without_round) return Finish(at, Fate::kNever);
  registers_.LearnFate(
      row.key, row.operation.ballot(), deadline,
      [this, id, row](const RegisterOutcome& outcome, const Now&) { OnFate(id, row, outcome); },
      now);
}

// The end is noted also where nobody waits for it any more.
void ResolveCoordinator::OnFate(uint64_t id, const Operations::Row& row,
                                const RegisterOutcome& outcome) {
  const bool told = outcome.status.ok() && outcome.took_effect;
  if (told) local_.NoteEnd(row, *outcome.took_effect ? End::kDone : End::kNever);
  const auto at = resolves_.find(id);
  if (at == resolves_.end()) return;
  if (!outcome.status.ok()) return Fail(at, Missing(at->second));
  if (!told) return Finish(at, Fate::kExpired);
  if (!*outcome.took_effect) return Finish(at, Fate::kNever);
  FinishApplied(at, row, Nodes(outcome.holders.begin(), outcome.holders.end()));
}

void ResolveCoordinator::FinishApplied(Resolves::iterator at, const Operations::Row& row,
                                       const Nodes& holders) {
  local_.NoteEnd(row, End::kDone);
  RegisterOutcome outcome;
  outcome.found = row.operation.attempt->found;
  outcome.sum = row.operation.attempt->sum;
  if (!row.operation.attempt->removes) outcome.version = row.operation.ballot();
  outcome.holders.assign(holders.begin(), holders.end());
  Reply reply;
  reply.fate = Fate::kApplied;
  reply.reached = true;
  reply.key = row.key;
  reply.receipt.dot = row.operation.dot;
  reply.receipt.time = outcome.version.time;
  reply.receipt.acked_by = outcome.holders;
  reply.receipt.seen.Note(row.operation.dot, outcome.version.time);
  reply.outcome = std::move(outcome);
  Tell(at, std::move(reply));
}

void ResolveCoordinator::Tell(Resolves::iterator at, Reply reply) {
  reply.id = at->second.request.id;
  const OperationId id = at->second.request.operation;
  const bool repeats = at->second.repeats;
  resolves_.erase(at);
  if (repeats) {
    if (reply.fate) reply.status = StatusOf(*reply.fate, id);
    if (!reply.fate) {
      reply.status = MakeError(reply.status.code(), ReasonOf(reply.status),
                               std::string(reply.status.message()), Applied::kUnknown);
    }
    reply.fate.reset();
  }
  // Behind the own fence, and what was noted of its end.
  local_.Answer(std::move(reply));
}

}  // namespace quorate::quorum
