// What the machine's own disk takes to make a little durable, one after another: a block in place,
// in a file as a node's log has them, which holds other content already, alone or as three nodes
// of one machine do it, at the same time; and a few bytes behind a file that grows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
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
  // The same in three files by a thread each. Of all three.
  Slice WriteThreeInPlace(absl::Duration length);
  Slice Append(absl::Duration length);  // fdatasync after each

 private:
  static constexpr size_t kAtOnce = 3;
  struct Segment {
    std::unique_ptr<BlockFile> file;
    uint64_t next = 0;  // where the next block goes
  };

  DiskYardstick(std::unique_ptr<Files> files, std::string growing, size_t value_bytes)
      : files_(std::move(files)), growing_(std::move(growing)), value_(value_bytes, 'v') {}

  static Slice WriteTo(Segment& segment, absl::Duration length);

  const std::unique_ptr<Files> files_;
  std::array<Segment, kAtOnce> segments_;
  const std::string growing_;  // a path
  const std::string value_;
};

}  // namespace quorate::bench
