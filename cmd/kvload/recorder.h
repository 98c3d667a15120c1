// The file of a job's history, written as things happen.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace quorate::load {

class Recorder {
 public:
  // Goes on with the file where there is one; else begins it with `header`, which
  // ends with a newline. UNAVAILABLE, WRITE_FAILED; INVALID_ARGUMENT, BAD_HISTORY_LINE.
  static absl::StatusOr<std::unique_ptr<Recorder>> Open(const std::string& path,
                                                        const std::string& header);
  ~Recorder();
  Recorder(const Recorder&) = delete;
  Recorder& operator=(const Recorder&) = delete;

  // Whole lines. They are the kernel's when this returns, so that a kill leaves a file
  // that can be read. After a failure nothing more is written.
  void Write(const std::string& lines);
  const absl::Status& status() const { return status_; }

  // What the file told when it was opened.
  uint64_t last_client() const { return last_client_; }
  uint64_t last_batch() const { return last_batch_; }
  const std::set<std::string>& keys() const { return keys_; }

 private:
  Recorder(std::string path, int file) : path_(std::move(path)), file_(file) {}
  absl::Status ReadBack();

  const std::string path_;
  const int file_;
  absl::Status status_;
  uint64_t last_client_ = 0;
  uint64_t last_batch_ = 0;
  std::set<std::string> keys_;
};

}  // namespace quorate::load
