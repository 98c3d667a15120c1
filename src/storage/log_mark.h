// How far a node's log once was on disk, in a file apart from it: a log that
// ends before that has lost what was acknowledged, however whole it looks.
//
// Behind the log by a moment; what a log loses beyond the mark, others know
// (node/peers.h). docs/log-format.md specifies the bytes.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/files.h"

namespace quorate {

inline constexpr std::string_view kLogMarkFile = "log-mark";

// One thread at a time.
class LogMark {
 public:
  // DATA_LOSS where there is a mark that cannot be read.
  static absl::StatusOr<LogMark> Open(Files& files);

  // What LogOptions::known_record is to be. Zero: there is none yet.
  uint64_t record() const { return record_; }
  // Everything up to `record` is durable. Itself durable when it returns OK.
  absl::Status Advance(uint64_t record);

 private:
  explicit LogMark(Files& files) : files_(&files) {}

  Files* files_;
  std::unique_ptr<BlockFile> file_;  // null: not made yet
  uint64_t record_ = 0;
  uint64_t slot_ = 0;  // the one to write next
};

}  // namespace quorate
