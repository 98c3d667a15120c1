// Progress of what several threads do together.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "progress.h"

namespace quorate::kvctl {

// Thread-safe.
class SharedProgress {
 public:
  SharedProgress(const Session& session, std::string what, uint64_t bytes_total)
      : progress_(session, std::move(what), bytes_total) {}

  void Add(uint64_t records, uint64_t bytes) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    records_ += records;
    bytes_ += bytes;
    progress_.Update(records_, bytes_);
  }
  void Erase() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    progress_.Erase();
  }
  absl::Duration elapsed() const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return progress_.elapsed();
  }

 private:
  mutable absl::Mutex mutex_;
  Progress progress_ ABSL_GUARDED_BY(mutex_);
  uint64_t records_ ABSL_GUARDED_BY(mutex_) = 0;
  uint64_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
};

}  // namespace quorate::kvctl
