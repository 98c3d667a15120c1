// Writes that fall due by chance, so many a second, whatever became of those before.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/histogram.h"
#include "write_calls.h"

namespace quorate::bench {

// One that fell due, and what became of it.
struct DueCall {
  absl::Time due;
  bool done = false;
  absl::Duration took;  // from when it was due
};

// What became of all that fell due.
struct CallTally {
  uint64_t due = 0;
  uint64_t held_back = 0;  // of them: too many were under way, or the load was behind
  uint64_t done = 0;
  uint64_t refused = 0;
  uint64_t told_when = 0;  // of them: with when to come back
  uint64_t failed = 0;     // otherwise, the deadline among them
  std::string first_error;
  Histogram latency;  // of what was done, from when it was due
  Histogram refusal;  // likewise, of what was refused
};

class OpenCalls {
 public:
  // What falls due while `under_way_max` are under way is not begun, and counted.
  explicit OpenCalls(WriteCalls& writes, uint32_t under_way_max = 20'000)
      : writes_(writes), under_way_max_(under_way_max) {}

  // Returns when all is answered.
  CallTally Run(double per_second, absl::Duration length, uint64_t seed);
  // Ends Run early. Any thread.
  void Stop() { stopping_ = true; }
  // Before Run: what became of each, in the order of the answers.
  void Keep() { keeps_ = true; }
  std::vector<DueCall> kept() ABSL_LOCKS_EXCLUDED(mutex_);

  // Instead: so many in flight, each answer begins the next. How many were done in that time.
  uint64_t RunClosed(uint32_t in_flight, absl::Duration length, uint64_t seed);

 private:
  void Count(absl::Time due, const WriteEnd& end) ABSL_LOCKS_EXCLUDED(mutex_);
  bool TakesOn(bool in_time) ABSL_LOCKS_EXCLUDED(mutex_);
  void AwaitAll() ABSL_LOCKS_EXCLUDED(mutex_);

  WriteCalls& writes_;
  const uint32_t under_way_max_;
  std::atomic<bool> stopping_ = false;
  bool keeps_ = false;
  absl::Mutex mutex_;
  uint64_t under_way_ ABSL_GUARDED_BY(mutex_) = 0;
  CallTally tally_ ABSL_GUARDED_BY(mutex_);
  std::vector<DueCall> kept_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quorate::bench
