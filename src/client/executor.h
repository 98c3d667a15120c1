// The client's own threads: callbacks and timers run here, so that a slow
// callback never holds up gRPC's.
#pragma once

#include <cstdint>
#include <deque>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace quorate::client {

// Thread-safe.
class Executor {
 public:
  using Task = absl::AnyInvocable<void() &&>;

  explicit Executor(uint32_t threads);
  // Runs what was posted and is due, drops timers that aren't. Not from one of
  // its own threads.
  ~Executor();

  void Post(Task task) ABSL_LOCKS_EXCLUDED(mutex_);
  void PostAfter(absl::Duration delay, Task task) ABSL_LOCKS_EXCLUDED(mutex_);

  // Whether the calling thread is one of any executor's.
  static bool OnExecutorThread();

 private:
  struct Timer {
    absl::Duration due;  // of Env::Monotonic
    uint64_t order;      // of equal times, the first set comes first
    Task task;
    bool operator>(const Timer& other) const {
      return due != other.due ? due > other.due : order > other.order;
    }
  };

  void Run();
  // Takes what is to run next; false: nothing more will come.
  bool Take(Task& task) ABSL_LOCKS_EXCLUDED(mutex_);
  void MoveDueTimers(absl::Duration now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  absl::Mutex mutex_;
  absl::CondVar changed_;
  std::deque<Task> tasks_ ABSL_GUARDED_BY(mutex_);
  std::vector<Timer> timers_ ABSL_GUARDED_BY(mutex_);  // a heap, soonest first
  uint64_t next_order_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace quorate::client
