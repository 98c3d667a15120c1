// Writes at the paces of pace.h, and what became of each: an open loop that tells refusals from
// answers, and leaves out what the load itself was too late for.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/histogram.h"
#include "pace.h"
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
  uint64_t held_back = 0;  // of them: the load was behind, or as many under way as may be
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
  OpenCalls(WriteCalls& writes, uint64_t seed);

  // Returns when all is answered.
  CallTally Run(double per_second, absl::Duration length);

  // Instead: what became of each until Stop, in the order of the answers.
  void Begin(double per_second) { pace_.Begin(per_second); }
  std::vector<DueCall> Stop();

 private:
  void Count(absl::Time due, const WriteEnd& end) ABSL_LOCKS_EXCLUDED(mutex_);
  bool TakesOn(absl::Time due) ABSL_LOCKS_EXCLUDED(mutex_);

  WriteCalls& writes_;
  absl::Mutex mutex_;
  CallTally tally_ ABSL_GUARDED_BY(mutex_);
  bool keeps_ ABSL_GUARDED_BY(mutex_) = true;
  std::vector<DueCall> kept_ ABSL_GUARDED_BY(mutex_);
  OpenPace pace_;  // the last: it issues
};

// By closed loop. How many were done in that time.
uint64_t RunClosedWrites(WriteCalls& writes, uint32_t in_flight, absl::Duration length,
                         uint64_t seed);

}  // namespace quorate::bench
