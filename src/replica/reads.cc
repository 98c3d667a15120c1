#include "replica/reads.h"

#include <algorithm>

#include "base/error.h"
#include "base/probe.h"

namespace quorate {
namespace {

void Answer(Reads::Read& read, const absl::Status& status, absl::Duration agreed = {}) {
  Reply reply;
  reply.timings.queued = read.request.taken - read.request.arrived;
  reply.timings.agreed = agreed;
  reply.status = status;
  std::move(read.reply)(std::move(reply));
}

void AnswerAll(std::vector<Reads::Read>& reads, const absl::Status& status) {
  for (Reads::Read& read : reads) Answer(read, status);
  reads.clear();
}

// Reads change nothing, so the mark is always "not applied".
absl::Status Unavailable(std::string_view reason, std::string_view message) {
  return MakeError(absl::StatusCode::kUnavailable, reason, message);
}

void ExpireIn(std::vector<Reads::Read>& reads, absl::Duration now) {
  auto late = std::stable_partition(
      reads.begin(), reads.end(), [now](const auto& read) { return read.request.deadline > now; });
  for (auto it = late; it != reads.end(); ++it) {
    Answer(*it,
           MakeError(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
                     it->request.level == Level::kSession
                         ? "this replica did not come as far as the session has seen within "
                           "the read's deadline"
                         : "no quorum confirmed the read within its deadline"),
           now - it->request.taken);
  }
  reads.erase(late, reads.end());
}

}  // namespace

void Reads::Queue(Request request, ReplyFn reply) {
  queued_.push_back({std::move(request), std::move(reply)});
}

void Reads::WaitFor(LogIndex index, Request request, ReplyFn reply) {
  Round waiting;
  waiting.reads.push_back({std::move(request), std::move(reply)});
  confirmed_.emplace(index, std::move(waiting));
}

void Reads::Flush(raft::Raft& raft, absl::Duration now) {
  ExpireIn(queued_, now);
  if (queued_.empty()) return;
  const uint64_t id = next_id_++;
  // Filed first: a group of one voter may answer within the call.
  asked_[id] = Round{now, std::exchange(queued_, {})};
  if (const absl::Status status = raft.ReadIndex(id); !status.ok()) {
    AnswerAll(asked_[id].reads, status);
    asked_.erase(id);
  }
}

void Reads::Confirmed(const raft::ReadReady& ready) {
  const auto it = asked_.find(ready.read_id);
  if (it == asked_.end()) return;
  confirmed_.emplace(ready.index, std::move(it->second));
  asked_.erase(it);
}

void Reads::Redate(uint64_t read_id, absl::Duration began) {
  const auto it = asked_.find(read_id);
  if (it != asked_.end()) it->second.began = began;
}

void Reads::Failed(const raft::ReadFailed& failed) {
  const auto it = asked_.find(failed.read_id);
  if (it == asked_.end()) return;
  AnswerAll(it->second.reads,
            Unavailable("LEADER_CHANGED", "the leader changed while the read waited"));
  asked_.erase(it);
}

std::vector<Reads::Read> Reads::TakeReady(LogIndex applied) {
  std::vector<Read> ready;
  while (!confirmed_.empty() && confirmed_.begin()->first <= applied) {
    Round& round = confirmed_.begin()->second;
    if (round.began) fresh_as_of_ = std::max(fresh_as_of_.value_or(*round.began), *round.began);
    std::move(round.reads.begin(), round.reads.end(), std::back_inserter(ready));
    confirmed_.erase(confirmed_.begin());
  }
  return ready;
}

void Reads::ForgetWhen() {
  fresh_as_of_.reset();
  for (auto& [id, round] : asked_) round.began.reset();
  for (auto& [index, round] : confirmed_) round.began.reset();
}

void Reads::Expire(absl::Duration now) {
  ExpireIn(queued_, now);
  for (auto& [id, round] : asked_) ExpireIn(round.reads, now);
  for (auto& [index, round] : confirmed_) ExpireIn(round.reads, now);
}

void Reads::FailAll(std::string_view reason, std::string_view message) {
  const absl::Status status = Unavailable(reason, message);
  AnswerAll(queued_, status);
  for (auto& [id, round] : asked_) AnswerAll(round.reads, status);
  for (auto& [index, round] : confirmed_) AnswerAll(round.reads, status);
  asked_.clear();
  confirmed_.clear();
}

void Reads::FailWaiting() {
  if (confirmed_.empty()) return;
  Reached<"replica: a read gave up waiting for the state, nobody leads">();
  for (auto& [index, round] : confirmed_) {
    for (Read& read : round.reads) {
      Answer(read, read.request.level == Level::kSession
                       ? Unavailable("SESSION_NOT_COVERED",
                                     "the session has seen what this replica has not, and no "
                                     "leader is there to learn it from")
                       : Unavailable("LEADER_CHANGED",
                                     "the leader was lost before the state had come as far as it "
                                     "said, and nobody has taken over"));
    }
  }
  confirmed_.clear();
}

}  // namespace quorate
