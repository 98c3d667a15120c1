// Counts operations, by any thread, from a moment on: what fell due before was to
// warm up.
#pragma once

#include <algorithm>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "call.h"
#include "slice.h"

namespace quorate::bench {

class Tally {
 public:
  explicit Tally(absl::Time from) : from_(from) {}

  // It is over now, and fell due then. One that failed counts as late as it may be
  // at most: refusing quickly is not being quick.
  void Count(const absl::Status& status, absl::Time due) {
    const absl::Time now = absl::Now();
    if (due < from_) return;
    absl::MutexLock lock(&mutex_);
    last_ = std::max(last_, now);
    if (status.ok()) {
      ++slice_.done;
      slice_.latency.Record(now - due);
      return;
    }
    ++slice_.failed;
    slice_.latency.Record(std::max(now - due, kCallDeadline));
    if (slice_.first_error.empty()) slice_.first_error = status.ToString();
  }

  // Once all is over. What was behind at the end makes the stretch longer.
  Slice Take(absl::Duration length) {
    absl::MutexLock lock(&mutex_);
    slice_.elapsed = std::max(length, last_ - from_);
    return std::move(slice_);
  }

 private:
  const absl::Time from_;
  absl::Mutex mutex_;
  absl::Time last_ ABSL_GUARDED_BY(mutex_) = absl::InfinitePast();
  Slice slice_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quorate::bench
