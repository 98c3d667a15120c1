#include "replica/reads.h"

#include <algorithm>

#include "base/error.h"

namespace quorate {
namespace {

void Answer(Reads::Read& read, const absl::Status& status) {
  Reply reply;
  reply.status = status;
  std::move(read.second)(std::move(reply));
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
  auto late = std::stable_partition(reads.begin(), reads.end(),
                                    [now](const auto& read) { return read.first.deadline > now; });
  for (auto it = late; it != reads.end(); ++it) {
    Answer(*it, MakeError(absl::StatusCode::kDeadlineExceeded, "DEADLINE_EXCEEDED",
                          "no quorum confirmed the read within its deadline"));
  }
  reads.erase(late, reads.end());
}

}  // namespace

void Reads::Queue(Request request, ReplyFn reply) {
  queued_.emplace_back(std::move(request), std::move(reply));
}

void Reads::Flush(raft::Raft& raft, absl::Duration now) {
  ExpireIn(queued_, now);
  if (queued_.empty()) return;
  const uint64_t id = next_id_++;
  // Filed first: a group of one voter may answer within the call.
  asked_[id] = std::exchange(queued_, {});
  if (const absl::Status status = raft.ReadIndex(id); !status.ok()) {
    AnswerAll(asked_[id], status);
    asked_.erase(id);
  }
}

void Reads::Confirmed(const raft::ReadReady& ready) {
  const auto it = asked_.find(ready.read_id);
  if (it == asked_.end()) return;
  confirmed_.emplace(ready.index, std::move(it->second));
  asked_.erase(it);
}

void Reads::Failed(const raft::ReadFailed& failed) {
  const auto it = asked_.find(failed.read_id);
  if (it == asked_.end()) return;
  AnswerAll(it->second, Unavailable("LEADER_CHANGED", "the leader changed while the read waited"));
  asked_.erase(it);
}

std::vector<Reads::Read> Reads::TakeReady(LogIndex applied) {
  std::vector<Read> ready;
  while (!confirmed_.empty() && confirmed_.begin()->first <= applied) {
    auto& reads = confirmed_.begin()->second;
    std::move(reads.begin(), reads.end(), std::back_inserter(ready));
    confirmed_.erase(confirmed_.begin());
  }
  return ready;
}

void Reads::Expire(absl::Duration now) {
  ExpireIn(queued_, now);
  for (auto& [id, reads] : asked_) ExpireIn(reads, now);
  for (auto& [index, reads] : confirmed_) ExpireIn(reads, now);
}

void Reads::FailAll(std::string_view reason, std::string_view message) {
  const absl::Status status = Unavailable(reason, message);
  AnswerAll(queued_, status);
  for (auto& [id, reads] : asked_) AnswerAll(reads, status);
  for (auto& [index, reads] : confirmed_) AnswerAll(reads, status);
  asked_.clear();
  confirmed_.clear();
}

}  // namespace quorate
