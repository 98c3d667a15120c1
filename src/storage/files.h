// The few file operations that the log and the data folder need, so that the
// simulator can lose, tear, fail and fill up under the real code.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace quorate {

// Written in multiples of this, at multiples of this.
inline constexpr size_t kFileBlockBytes = 4096;

// A file of fixed size for synced writes in place. One thread at a time.
class BlockFile {
 public:
  virtual ~BlockFile() = default;
  virtual uint64_t size_bytes() const = 0;
  // Durable when it returns OK. After an error nothing is known of the blocks
  // it covers, and the file must not be written again (a failed sync is not
  // to be retried). `offset` and size are multiples of kFileBlockBytes.
  virtual absl::Status WriteDurably(uint64_t offset, std::string_view bytes) = 0;
  virtual absl::StatusOr<std::string> Read(uint64_t offset, uint64_t size_bytes) = 0;
};

// One folder. Names are plain file names in it. Thread-safe.
class Files {
 public:
  virtual ~Files() = default;
  virtual absl::StatusOr<std::vector<std::string>> List() = 0;  // sorted
  // Zero-filled and durable, its name too, when it returns. RESOURCE_EXHAUSTED
  // on a full disk.
  virtual absl::StatusOr<std::unique_ptr<BlockFile>> Create(std::string_view name,
                                                            uint64_t size_bytes) = 0;
  // What is read from it is durable, whatever became of who wrote it.
  virtual absl::StatusOr<std::unique_ptr<BlockFile>> Open(std::string_view name) = 0;
  // Durable when it returns; the target is replaced.
  virtual absl::Status Rename(std::string_view from, std::string_view to) = 0;
  // Durable when it returns.
  virtual absl::Status Remove(std::string_view name) = 0;
  // Small files, replaced as a whole: after a crash either the old or the new.
  virtual absl::Status ReplaceDurably(std::string_view name, std::string_view contents) = 0;
  // NOT_FOUND if there is none.
  virtual absl::StatusOr<std::string> ReadWhole(std::string_view name) = 0;
  // How much more may be written to the disk that it is on.
  virtual absl::StatusOr<uint64_t> FreeBytes() = 0;
};

}  // namespace quorate
