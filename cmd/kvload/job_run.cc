#include "job_run.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "clock.h"
#include "reply.h"
#include "send.h"

namespace quorate::load {
namespace {

// A node that refuses is not asked again at once.
constexpr absl::Duration kPauseFirst = absl::Milliseconds(2);
constexpr absl::Duration kPauseMost = absl::Milliseconds(50);

std::string KindOf(const Request& request) {
  if (request.reads.size() > 1) return "multi-get";
  if (request.is_read()) return "get";
  if (request.writes.size() > 1) return "batch";
  const Mutation& write = request.writes.front();
  const bool conditional = write.condition().kind() != Condition::Kind::kNone;
  switch (write.action()) {
    case Mutation::Action::kPut:
      return conditional ? "cas" : "put";
    case Mutation::Action::kDelete:
      return conditional ? "cas-delete" : "delete";
    case Mutation::Action::kAdd:
      return "add";
    default:
      return "change";
  }
}

// Few letters that no other run has.
std::string MarkOfRun() {
  std::string mark;
  for (int64_t rest = NowUs(); rest > 0; rest /= 36) {
    mark += "0123456789abcdefghijklmnopqrstuvwxyz"[rest % 36];
  }
  return mark;
}

}  // namespace

JobRun::JobRun(const Job& job, const Place& place, uint64_t seed, Connections& connections,
               client::Executor& loop, std::unique_ptr<Recorder> recorder)
    : job_(job),
      place_(place),
      random_(seed),
      connections_(connections),
      loop_(loop),
      recorder_(std::move(recorder)),
      workload_(MakeWorkload(job, place, MarkOfRun())),
      seats_(job.clients),
      next_client_(recorder_->last_client() + 1),
      next_batch_(recorder_->last_batch() + 1) {
  keyspaces_.resize(connections_.size());
  keyspaces_.emplace_back(connections_.routing().Keyspace(job_.keyspace));
}

absl::StatusOr<Keyspace> JobRun::Through(size_t node) {
  if (!keyspaces_[node]) {
    const auto client = connections_.node(node);
    if (!client.ok()) return client.status();
    keyspaces_[node] = client->Keyspace(job_.keyspace);
  }
  return *keyspaces_[node];
}

void JobRun::Start() {
  next_start_us_ = NowUs();
  for (uint32_t i = 0; i < seats_.size(); ++i) {
    seats_[i].actor.seat = i;
    Sit(seats_[i]);
    StepAfter(seats_[i], absl::ZeroDuration());
  }
}

void JobRun::Sit(Seat& seat) {
  Actor actor;
  actor.number = next_client_++;
  actor.seat = seat.actor.seat;
  actor.random = random_.Fork();
  if (job_.pin) actor.node = actor.seat % connections_.size();
  if (workload_->WantsSession()) {
    actor.session = connections_.routing().NewSession();
  }
  seat.actor = std::move(actor);
  ++tally_.clients;
  workload_->OnSeated(seat.actor);
}

void JobRun::StepAfter(Seat& seat, absl::Duration wait) {
  loop_.PostAfter(wait, [this, &seat] { Step(seat); });
}

void JobRun::Step(Seat& seat) {
  if (stopped_) return;
  seat.request = workload_->Next(seat.actor);
  const size_t through = seat.actor.node.value_or(connections_.size());
  seat.asker = {.client = seat.actor.number,
                .session = seat.actor.session ? seat.actor.number : 0,
                .target = seat.actor.node ? connections_.name(through) : std::string(),
                .batch = next_batch_++};
  seat.invoke_us = NowUs();
  seat.busy = true;
  ++under_way_;
  auto keyspace = Through(through);
  if (!keyspace.ok()) {
    // Nothing was sent.
    Reply refused = ReplyOf(seat.invoke_us, keyspace.status(), seat.request.is_read());
    return OnReply(seat, refused);
  }
  Send(*keyspace, job_, place_, seat.actor.session, seat.request, [this, &seat](Reply reply) {
    loop_.Post([this, &seat, reply = std::move(reply)] { OnReply(seat, reply); });
  });
}

void JobRun::OnReply(Seat& seat, const Reply& reply) {
  if (given_up_) return;
  --under_way_;
  seat.busy = false;
  Record(seat, reply);
  workload_->OnReply(seat.actor, seat.request, reply);
  seat.refusals = reply.outcome == check::Outcome::kDone ? 0 : seat.refusals + 1;
  if (reply.outcome == check::Outcome::kUnknown) Sit(seat);
  StepAfter(seat, Pause(seat, reply));
}

void JobRun::Record(const Seat& seat, const Reply& reply) {
  recorder_->Write(OperationLines(job_, place_, seat.asker, seat.request, reply));
  Tally::Counts& counts = tally_.by_kind[KindOf(seat.request)];
  if (reply.outcome == check::Outcome::kDone) {
    ++counts.done;
    return;
  }
  ++(reply.outcome == check::Outcome::kFailed ? counts.failed : counts.unknown);
  const std::string reason = ReasonOf(reply.status);
  ++tally_.by_reason[reason.empty() ? absl::StatusCodeToString(reply.status.code()) : reason];
}

absl::Duration JobRun::Pause(const Seat& seat, const Reply& reply) {
  absl::Duration pause = absl::ZeroDuration();
  if (reply.outcome != check::Outcome::kDone) {
    pause = std::min(kPauseFirst * (1 << std::min(seat.refusals - 1, 8u)), kPauseMost);
  }
  if (job_.rate > 0) {
    const int64_t now = NowUs();
    // Gaps of one length would keep clients out of each other's way for good.
    const auto gap = static_cast<int64_t>(random_.Below(static_cast<uint64_t>(2e6 / job_.rate)));
    next_start_us_ = std::max(next_start_us_ + gap, now);
    pause = std::max(pause, absl::Microseconds(next_start_us_ - now));
  }
  return pause;
}

void JobRun::GiveUp() {
  stopped_ = true;
  given_up_ = true;
  for (const Seat& seat : seats_) {
    if (!seat.busy) continue;
    Reply reply;
    reply.invoke_us = seat.invoke_us;
    reply.status = absl::CancelledError("the run ended");
    Record(seat, reply);
  }
  under_way_ = 0;
}

}  // namespace quorate::load
