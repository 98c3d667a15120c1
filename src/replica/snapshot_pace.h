// How fast whole replicas may leave, as snapshots or as the log, so that they leave room
// for clients.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

#include "absl/time/time.h"

namespace quorate {

// A token bucket that may be overdrawn by one chunk. One thread.
class SnapshotPace {
 public:
  // Whatever its share: who is given less than that waits for a move without end. Bytes a second.
  static constexpr double kLeastRate = 2 << 20;

  // `bytes_per_second` 0: no bound. What was not sent within `burst` is forgone: at least
  // the time between two looks at it.
  SnapshotPace(uint64_t bytes_per_second, absl::Duration burst)
      : bytes_per_second_(static_cast<double>(bytes_per_second)),
        burst_(bytes_per_second_ * absl::ToDoubleSeconds(burst)),
        left_(burst_) {}

  // Of its rate, from now on; 1: all of it.
  void SetShare(double share) {
    const double least = bytes_per_second_ > kLeastRate ? kLeastRate / bytes_per_second_ : 1;
    share_ = std::max(share, least);
  }

  // `now` is Env::Monotonic.
  bool MaySend(absl::Duration now) { return LeftBytes(now) > 0; }
  // At once, of what may be had piece by piece.
  uint64_t LeftBytes(absl::Duration now) {
    if (bytes_per_second_ == 0) return std::numeric_limits<uint64_t>::max();
    left_ += share_ * bytes_per_second_ * absl::ToDoubleSeconds(now - filled_);
    left_ = std::min(left_, burst_);
    filled_ = now;
    return left_ > 0 ? static_cast<uint64_t>(std::ceil(left_)) : 0;
  }
  void Sent(uint64_t bytes) {
    left_ -= static_cast<double>(bytes);
    sent_bytes_ += bytes;
  }
  void SentOfLog(uint64_t bytes) {
    left_ -= static_cast<double>(bytes);
    log_bytes_ += bytes;
  }
  uint64_t sent_bytes() const { return sent_bytes_; }
  uint64_t all_bytes() const { return sent_bytes_ + log_bytes_; }

 private:
  double bytes_per_second_;
  double burst_;  // bytes
  double left_;   // bytes
  double share_ = 1;
  uint64_t sent_bytes_ = 0;  // of snapshots
  uint64_t log_bytes_ = 0;
  absl::Duration filled_;
};

}  // namespace quorate
