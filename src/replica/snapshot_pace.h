// How fast snapshots may leave, so that they leave room for clients.
#pragma once

#include <algorithm>
#include <cstdint>

#include "absl/time/time.h"

namespace quorate {

// A token bucket that may be overdrawn by one chunk. One thread.
class SnapshotPace {
 public:
  // `bytes_per_second` 0: no bound. What was not sent within `burst` is forgone: at least
  // the time between two looks at it.
  SnapshotPace(uint64_t bytes_per_second, absl::Duration burst)
      : bytes_per_second_(static_cast<double>(bytes_per_second)),
        burst_(bytes_per_second_ * absl::ToDoubleSeconds(burst)),
        left_(burst_) {}

  // `now` is Env::Monotonic.
  bool MaySend(absl::Duration now) {
    if (bytes_per_second_ == 0) return true;
    left_ += bytes_per_second_ * absl::ToDoubleSeconds(now - filled_);
    left_ = std::min(left_, burst_);
    filled_ = now;
    return left_ > 0;
  }
  void Sent(uint64_t bytes) { left_ -= static_cast<double>(bytes); }

 private:
  double bytes_per_second_;
  double burst_;  // bytes
  double left_;   // bytes
  absl::Duration filled_;
};

}  // namespace quorate
