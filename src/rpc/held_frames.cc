#include "rpc/held_frames.h"

#include <utility>

namespace quorate::rpc {

void HeldFrames::Hold() {
  absl::MutexLock lock(&mutex_);
  up_to_ = later_streams_ ? kAll : opened_;
}

size_t HeldFrames::Release() {
  for (size_t count = 0;; ++count) {
    Arrival next;
    {
      absl::MutexLock lock(&mutex_);
      if (arrivals_.empty()) {
        up_to_ = 0;
        return count;
      }
      next = std::move(arrivals_.front());
      arrivals_.pop_front();
    }
    std::move(next)();
  }
}

bool HeldFrames::holding() const {
  absl::MutexLock lock(&mutex_);
  return up_to_ != 0;
}

FrameGate::Stream HeldFrames::Open(NodeId from) {
  absl::MutexLock lock(&mutex_);
  return {from, ++opened_};
}

bool HeldFrames::Holds(const Stream& stream, absl::FunctionRef<Arrival()> arrival) {
  if (!from_.contains(stream.from)) return false;
  absl::MutexLock lock(&mutex_);
  if (stream.number > up_to_) return false;
  arrivals_.push_back(arrival());
  return true;
}

size_t HeldFrames::held() const {
  absl::MutexLock lock(&mutex_);
  return arrivals_.size();
}

}  // namespace quorate::rpc
