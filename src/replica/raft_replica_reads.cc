// How a raft replica answers reads: each level by what it needs to know.
#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/probe.h"
#include "base/strings.h"
#include "replica/raft_replica.h"

namespace quorate {
namespace {

absl::Status Unavailable(std::string_view reason, std::string_view message) {
  return MakeError(absl::StatusCode::kUnavailable, reason, message);
}

// The log has another entry where the session's stood: a write at ONE that was
// lost with its leader, or a state that was restored.
absl::Status SessionLost(PartitionId partition, Seen seen) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "SESSION_LOST",
                   StrCat("what the session saw in ", partition.ToString(), " at ",
                          seen.index.ToString(), " of ", seen.term.ToString(),
                          " is not part of its history: a write at ONE was lost with its leader; "
                          "begin a new session"));
}

absl::Status BoundOutOfReach(std::optional<absl::Duration> staleness, absl::Duration bound) {
  return Unavailable(
      "BOUND_NOT_MET",
      StrCat(staleness ? StrCat("the state is known to be ", absl::FormatDuration(*staleness),
                                " old at most, not ", absl::FormatDuration(bound))
                       : "it is not known how old the state is",
             ", and there is no leader at the moment to make sure with"));
}

absl::Status BoundNotMet(std::optional<absl::Duration> staleness, absl::Duration bound) {
  if (!staleness) {
    return Unavailable("BOUND_NOT_MET",
                       "the node's clock jumped while the read waited: it is not known how old the "
                       "state is; try again");
  }
  return Unavailable("BOUND_NOT_MET",
                     StrCat("the state is known to be ", absl::FormatDuration(*staleness),
                            " old at most, not ", absl::FormatDuration(bound)));
}

void Answer(ReplyFn& reply, absl::Status status) {
  Reply answer;
  answer.status = std::move(status);
  std::move(reply)(std::move(answer));
}

}  // namespace

void RaftReplica::ExecuteRead(Request request, ReplyFn reply, absl::Duration now) {
  switch (request.level) {
    case Level::kOne:
      return Serve(request, reply, now);
    case Level::kLease:
      return ExecuteLeaseRead(std::move(request), std::move(reply), now);
    case Level::kSession:
      return ExecuteSessionRead(std::move(request), std::move(reply), now);
    case Level::kBounded:
      if (Staleness(now).value_or(absl::InfiniteDuration()) <= request.bound) {
        return Serve(request, reply, now);
      }
      if (!raft_->leader()) {
        return Answer(reply, BoundOutOfReach(Staleness(now), request.bound));
      }
      break;
    default:
      break;
  }
  if (!raft_->leader()) return Answer(reply, NotLeader());
  reads_.Queue(std::move(request), std::move(reply));
}

void RaftReplica::ExecuteSessionRead(Request request, ReplyFn reply, absl::Duration now) {
  const LogIndex index = request.seen.index;
  if (index <= state_.applied().index || options_.replica_bugs.ignore_session) {
    return Serve(request, reply, now);
  }
  // Nobody to catch up with: waiting would be for nothing.
  if (!raft_->leader()) {
    return Answer(reply, Unavailable("SESSION_NOT_COVERED",
                                     StrCat("the session has seen ", index.ToString(), " of ",
                                            options_.partition.ToString(), ", this replica has ",
                                            state_.applied().index.ToString(),
                                            " and knows no leader to learn more from")));
  }
  reads_.WaitFor(index, std::move(request), std::move(reply));
}

void RaftReplica::SetLeaseDrift(uint32_t ppm) {
  lease_drift_ppm_ = ppm;
  raft_->AskPromises(ppm > 0);
}

void RaftReplica::ClockJumped(absl::Time, absl::Duration, bool) {
  if (options_.replica_bugs.trust_clock) return;
  lease_.GiveUp();
  reads_.ForgetWhen();
}

// A round that began in this turn leaves with it: not before `now`.
void RaftReplica::NoteRound(absl::Duration now) {
  const uint64_t round =
      options_.replica_bugs.lease_from_confirmation ? raft_->promised_round() : raft_->round();
  lease_.Began(round, now, absl::Microseconds(options_.raft.promise_us));
}

bool RaftReplica::HoldsLease(absl::Duration now) const {
  if (lease_drift_ppm_ == 0) return false;
  const absl::Duration promise = absl::Microseconds(options_.raft.promise_us);
  const absl::Duration length = LeaseLength(promise - options_.clock_slack, lease_drift_ppm_);
  return lease_.Holds(raft_->promised_round(), now, length);
}

void RaftReplica::ExecuteLeaseRead(Request request, ReplyFn reply, absl::Duration now) {
  if (!raft_->is_leader()) return Answer(reply, NotLeader());
  if (HoldsLease(now)) {
    // No one else has committed anything: this is what a round would confirm.
    const LogIndex index = raft_->commit_index();
    if (index <= state_.applied().index) return Serve(request, reply, now);
    Reached<"replica: a read under a lease waited for the state">();
    return reads_.WaitFor(index, std::move(request), std::move(reply));
  }
  // A round proves as much and more, and brings the lease.
  Reached<"replica: a read without a lease took a round">();
  request.level = Level::kLinearizable;
  reads_.Queue(std::move(request), [reply = std::move(reply)](Reply answer) mutable {
    answer.receipt.asked = Level::kLease;
    std::move(reply)(std::move(answer));
  });
}

void RaftReplica::ServeReads(absl::Duration now) {
  const LogIndex reached =
      options_.replica_bugs.read_unapplied ? raft_->last_index() : state_.applied().index;
  for (Reads::Read& read : reads_.TakeReady(reached)) {
    Serve(read.request, read.reply, now);
  }
}

std::optional<absl::Duration> RaftReplica::Staleness(absl::Duration now) const {
  const auto fresh = reads_.fresh_as_of();
  if (!fresh) return std::nullopt;
  return now - *fresh;
}

void RaftReplica::Serve(const Request& request, ReplyFn& reply, absl::Duration now) {
  // Whatever the level: a session that reads on from another history must know.
  if (request.seen.index) {
    const Term known = raft_->TermAt(request.seen.index);
    if (known && known != request.seen.term) {
      return Answer(reply, SessionLost(options_.partition, request.seen));
    }
  }
  const bool told = request.level == Level::kOne || request.level == Level::kSession ||
                    request.level == Level::kBounded;
  const auto staleness = told ? Staleness(now) : std::nullopt;
  if (request.level == Level::kBounded && (!staleness || *staleness > request.bound)) {
    return Answer(reply, BoundNotMet(staleness, request.bound));
  }
  Reply answer = Read(request);
  answer.timings.queued = request.taken - request.arrived;
  answer.timings.agreed = now - request.taken;
  answer.receipt.staleness = staleness;
  std::move(reply)(std::move(answer));
}

Reply RaftReplica::Read(const Request& request) const {
  Reply reply;
  reply.receipt = MakeReceipt(request.level, request.level);
  if (const auto* lookup = std::get_if<Lookup>(&request.op)) {
    auto records = state_.GetAll(lookup->keys);
    reply.status = records.status();
    if (!records.ok()) return reply;
    reply.found = *std::move(records);
    for (const auto& record : reply.found) {
      if (record) reply.receipt.version = std::max(reply.receipt.version, record->version);
    }
    return reply;
  }
  auto page = state_.Scan(std::get<kv::Range>(request.op));
  reply.status = page.status();
  if (page.ok()) reply.page = *std::move(page);
  return reply;
}

Receipt RaftReplica::MakeReceipt(Level asked, Level achieved) const {
  Receipt receipt;
  receipt.asked = asked;
  receipt.achieved = achieved;
  receipt.mode = Mode::kRaft;
  receipt.epoch = epoch_;
  receipt.served_by = options_.raft.self;
  receipt.partition = options_.partition;
  receipt.position = {state_.applied().term, state_.applied().index};
  return receipt;
}

}  // namespace quorate
