// What a process hears from the outside: signals, and its own failures, as
// events that one thread waits for; and what it tells systemd.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace quorate::kvd {

// One in a process, made before any thread: it blocks SIGTERM and SIGINT in
// all threads and takes them itself.
class Supervision {
 public:
  enum class Event { kNothing, kSignal, kFatal };

  Supervision();
  ~Supervision();

  // Any thread: the process can't go on.
  void Fail(absl::Status status);
  // The status of Fail.
  absl::Status failure() const;

  // Until something happens or `at_most` has passed (kNothing).
  Event Wait(absl::Duration at_most);

 private:
  int signals_ = -1;
  int failed_ = -1;
  mutable absl::Mutex mutex_;
  absl::Status failure_ ABSL_GUARDED_BY(mutex_);
};

// sd_notify's protocol, e.g. "READY=1"; nothing happens without systemd.
void NotifySystemd(std::string_view state);

}  // namespace quorate::kvd
