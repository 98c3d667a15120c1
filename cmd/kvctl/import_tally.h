// What became of an import's writes, counted as the answers come.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "client/types.h"

namespace quorate::kvctl {

// Thread-safe.
class ImportTally {
 public:
  void Count(const std::string& key, const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex_) {
    switch (OutcomeOf(status)) {
      case Outcome::kDone:
        ++acknowledged;
        return;
      case Outcome::kNotDone:
        ++failed;
        break;
      case Outcome::kUnknown:
        ++unknown;
        break;
    }
    absl::MutexLock lock(&mutex_);
    if (first_error_.ok()) {
      first_error_ = status;
      first_key_ = key;
    }
  }

  // OK: none.
  absl::Status first_error() const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return first_error_;
  }
  std::string first_key() const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return first_key_;
  }

  std::atomic<uint64_t> acknowledged = 0;
  std::atomic<uint64_t> failed = 0;  // certainly not applied
  std::atomic<uint64_t> unknown = 0;

 private:
  mutable absl::Mutex mutex_;
  absl::Status first_error_ ABSL_GUARDED_BY(mutex_);
  std::string first_key_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quorate::kvctl
