// Waiting for room on a full disk, where to fail would help nobody.
#pragma once

#include <atomic>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace quorate {

// Thread-safe.
class RoomWait {
 public:
  explicit RoomWait(absl::Duration retry = absl::Milliseconds(100)) : retry_(retry) {}

  // From then on there is waiting, until GiveUp. Before it, as in a start, a full
  // disk is told at once.
  void Begin();
  // Whoever waits is told that there is no room; so is who comes later.
  void GiveUp();

  // Some time, after which what found no room is worth another try. False: it is not.
  bool Pause();
  // How many wait at this moment.
  int waiting() const { return waiting_; }

 private:
  const absl::Duration retry_;
  absl::Mutex mutex_;
  bool patient_ ABSL_GUARDED_BY(mutex_) = false;
  std::atomic<int> waiting_ = 0;
};

}  // namespace quorate
