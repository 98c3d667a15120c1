// How many unary data calls a node takes on at once: about as many as it answers in a moment.
// What comes beyond is refused before anything is done for it, so that what was let in is
// answered while somebody waits for it, and memory stays bounded. Streams are held up instead
// (stream_call.h).
#pragma once

#include <cstdint>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/limits.h"

namespace quorate::rpc {

// Calls count by their weight (base/call_weight.h). Thread-safe. `now` is of a clock that never
// goes back.
class CallGate {
 public:
  // False: refused. Otherwise Leave must follow.
  bool Enter(uint32_t weight) ABSL_LOCKS_EXCLUDED(mutex_);
  // Whoever came now would be refused.
  bool IsFull() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Nothing is under way.
  bool IsEmpty() const ABSL_LOCKS_EXCLUDED(mutex_);
  // `served`: what it came for was done, or refused for what it is, not for want of time.
  void Leave(uint32_t weight, bool served, absl::Duration now) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  mutable absl::Mutex mutex_;
  uint64_t under_way_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t limit_ ABSL_GUARDED_BY(mutex_) = limits::kCallsUnderWayMin;
  double per_second_ ABSL_GUARDED_BY(mutex_) = 0;  // served, of late
  uint64_t served_ ABSL_GUARDED_BY(mutex_) = 0;    // since
  absl::Duration since_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quorate::rpc
