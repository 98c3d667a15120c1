// What became of each write of an import, one JSON line an answer, as it comes:
//   {"key": "42", "outcome": "acknowledged", "unix_us": 1795564899950123}
// Outcomes: acknowledged, failed (certainly not applied), unknown.
#pragma once

#include <fstream>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

namespace quorate::kvctl {

// Thread-safe.
class ImportReport {
 public:
  // Begins the file anew. An empty path makes a report that keeps nothing.
  static absl::StatusOr<std::unique_ptr<ImportReport>> Open(const std::string& path);

  // Each line is in the file when this returns, so that the file can be
  // followed while the import goes on.
  void Add(const std::string& key, const absl::Status& status) ABSL_LOCKS_EXCLUDED(mutex_);

  // Whether all lines could be written.
  absl::Status Close() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  explicit ImportReport(std::string path) : path_(std::move(path)) {}

  const std::string path_;
  absl::Mutex mutex_;
  std::ofstream out_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quorate::kvctl
