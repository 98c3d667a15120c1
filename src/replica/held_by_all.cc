#include "replica/held_by_all.h"

#include <algorithm>
#include <utility>

#include "base/error.h"

namespace quorate {
namespace {

absl::Status Done(absl::StatusCode code, std::string_view reason, std::string_view message) {
  return MakeError(code, reason, message, Applied::kYes);
}

}  // namespace

void HeldByAll::Add(LogIndex index, absl::Duration deadline, absl::Duration now, Reply reply,
                    ReplyFn done) {
  waiting_.push_back({index, deadline, now, std::move(reply), std::move(done)});
}

void HeldByAll::Answer(LogIndex index, const std::vector<NodeId>& voters, absl::Duration now) {
  while (!waiting_.empty() && waiting_.front().index <= index) {
    Waiting write = std::move(waiting_.front());
    waiting_.pop_front();
    write.reply.timings.agreed += now - write.since;
    write.reply.receipt.acked_by = voters;
    write.reply.receipt.durable = static_cast<uint32_t>(voters.size());
    std::move(write.done)(std::move(write.reply));
  }
}

void HeldByAll::Expire(absl::Duration now) {
  const auto late =
      std::stable_partition(waiting_.begin(), waiting_.end(),
                            [now](const Waiting& write) { return write.deadline > now; });
  std::vector<Waiting> expired(std::make_move_iterator(late),
                               std::make_move_iterator(waiting_.end()));
  waiting_.erase(late, waiting_.end());
  for (Waiting& write : expired) {
    write.reply.status =
        Done(absl::StatusCode::kDeadlineExceeded, "ALL_NOT_REACHED",
             "the write is committed and applied, but not all replicas had it on disk within "
             "its deadline");
    std::move(write.done)(std::move(write.reply));
  }
}

void HeldByAll::Lose(NodeId voter, LogIndex index) {
  std::deque<Waiting> lost;
  while (!waiting_.empty() && waiting_.back().index > index) {
    lost.push_front(std::move(waiting_.back()));
    waiting_.pop_back();
  }
  for (Waiting& write : lost) {
    write.reply.status = Done(absl::StatusCode::kUnavailable, "ALL_NOT_REACHED",
                              "the write is committed and applied, but " + voter.ToString() +
                                  " was lost before it had it on disk");
    std::move(write.done)(std::move(write.reply));
  }
}

void HeldByAll::FailAll(std::string_view reason, std::string_view message) {
  for (Waiting& write : std::exchange(waiting_, {})) {
    write.reply.status = Done(absl::StatusCode::kUnavailable, reason, message);
    std::move(write.done)(std::move(write.reply));
  }
}

}  // namespace quorate
