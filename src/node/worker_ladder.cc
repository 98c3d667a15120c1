// Reads that name several levels: the strongest that can be had in time.
#include <algorithm>
#include <utility>

#include "node/worker.h"

namespace quorate {
namespace {

// What a weaker level may still be able to answer.
bool MayClimbOn(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
}

}  // namespace

void Worker::Climb(Request request, ReplyFn reply) {
  const Rung& rung = request.ladder[request.rung];
  Request attempt = request;
  attempt.ladder.clear();
  attempt.level = rung.level;
  attempt.bound = rung.bound;
  attempt.deadline = std::min(request.deadline, now_ + rung.budget);
  expiries_.push(attempt.deadline);
  HandleRequest(std::move(attempt), [this, request = std::move(request),
                                     reply = std::move(reply)](Reply answer) mutable {
    const bool last = request.rung + 1 == request.ladder.size();
    if (!last && MayClimbOn(answer.status)) {
      ++request.rung;
      // Not from here: whoever answers is in the midst of its own lists.
      return PostRequest(std::move(request), std::move(reply));
    }
    answer.receipt.asked = request.ladder.front().level;
    answer.receipt.rung = request.rung + 1;
    if (shared_.options.bugs.ladder_reports_asked) {
      answer.receipt.achieved = request.ladder.front().level;
      answer.receipt.rung = 1;
    }
    std::move(reply)(std::move(answer));
  });
}

void Worker::Expire() {
  bool due = false;
  for (; !expiries_.empty() && expiries_.top() <= now_; expiries_.pop()) due = true;
  if (!due) return;
  for (auto& [partition, slot] : slots_) slot.replica->Expire(now_);
  forwards_.Expire(now_);
}

}  // namespace quorate
