// Keeps a log's mark a moment behind its end, on a thread of its own: no write
// waits for it, and it costs a disk a few syncs a second at most.
#pragma once

#include <thread>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "storage/log_device.h"
#include "storage/log_mark.h"

namespace quorate {

class LogMarker {
 public:
  static constexpr absl::Duration kPause = absl::Milliseconds(200);

  // `log` outlives it.
  LogMarker(LogMark mark, const LogDevice& log, absl::Duration pause = kPause);
  // Marks the end as it is now.
  ~LogMarker();

 private:
  void Run();
  void Mark();

  LogMark mark_;  // the thread's alone, while there is one
  const LogDevice& log_;
  const absl::Duration pause_;
  bool failed_ = false;
  absl::Mutex mutex_;
  absl::CondVar wake_;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace quorate
