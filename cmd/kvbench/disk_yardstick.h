// What the machine's own disk takes to make a little durable, one after another: a block in place,
// in a file as a node's log has them, which holds other content already; and a few bytes behind
// a file that grows.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "slice.h"
#include "storage/files.h"

namespace quorate::bench {

// One thread at a time.
class DiskYardstick {
 public:
  // In a new folder of that name.
  static absl::StatusOr<std::unique_ptr<DiskYardstick>> Open(const std::string& folder,
                                                             size_t value_bytes);

  Slice WriteInPlace(absl::Duration length);  // O_DSYNC, past the page cache where that goes
  Slice Append(absl::Duration length);        // fdatasync after each

 private:
  DiskYardstick(std::unique_ptr<Files> files, std::unique_ptr<BlockFile> segment,
                std::string growing, size_t value_bytes)
      : files_(std::move(files)),
        segment_(std::move(segment)),
        growing_(std::move(growing)),
        value_(value_bytes, 'v') {}

  const std::unique_ptr<Files> files_;
  const std::unique_ptr<BlockFile> segment_;
  const std::string growing_;  // a path
  const std::string value_;
  uint64_t next_ = 0;  // in the segment
};

}  // namespace quorate::bench
