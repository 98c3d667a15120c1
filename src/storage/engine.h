// Ordered state of all partitions: bytes to bytes. Writes are atomic and fast
// but not durable until flushed; the log brings back what a crash took.
// Real: RocksDB without WAL. Simulated: maps that lose what was not flushed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "storage/engine_batch.h"

namespace quorate {

// Forward over [begin, end) in byte order. Views are valid until Next.
class EngineIterator {
 public:
  virtual ~EngineIterator() = default;
  virtual bool Valid() const = 0;  // false at the end and on error
  virtual std::string_view key() const = 0;
  virtual std::string_view value() const = 0;
  virtual void Next() = 0;
  virtual absl::Status status() const = 0;  // DATA_LOSS on a bad checksum
};

// A frozen moment. May outlive later writes, not the engine.
class EngineView {
 public:
  virtual ~EngineView() = default;
  virtual absl::StatusOr<std::optional<std::string>> Get(std::string_view key) const = 0;
  virtual std::unique_ptr<EngineIterator> Scan(std::string_view begin,
                                               std::string_view end) const = 0;
};

// Stages a whole replacement of [begin, end) given to BeginReplace, in strictly
// rising key order. Nothing is visible before Commit; dropping it discards all. A view
// from before sees what stood in the range; where nothing did, it may see what came.
class EngineReplace {
 public:
  virtual ~EngineReplace() = default;
  virtual absl::Status Add(std::string_view key, std::string_view value) = 0;
  // Atomic and durable when it returns OK: the range holds just what was added.
  virtual absl::Status Commit() = 0;
};

struct EngineStats {
  uint64_t data_bytes = 0;  // on disk
  uint64_t memtable_bytes = 0;
  uint64_t flushes = 0;
  uint64_t compaction_pending_bytes = 0;
  uint64_t block_cache_bytes = 0;
  uint64_t keys_estimated = 0;
};

// What an engine may drop by itself while it rewrites its files. Called on its
// own threads; what it said once of a key and value it must go on saying.
class EngineFilter {
 public:
  virtual ~EngineFilter() = default;
  virtual bool Drops(std::string_view key, std::string_view value) const = 0;
};

// Thread-safe.
class Engine {
 public:
  virtual ~Engine() = default;
  virtual absl::Status Write(const EngineBatch& batch) = 0;
  virtual absl::StatusOr<std::optional<std::string>> Get(std::string_view key) const = 0;
  // Each key by itself, in order, which together may cost less.
  virtual absl::StatusOr<std::vector<std::optional<std::string>>> GetAll(
      absl::Span<const std::string> keys) const;
  virtual std::unique_ptr<EngineIterator> Scan(std::string_view begin,
                                               std::string_view end) const = 0;
  virtual std::unique_ptr<EngineView> View() const = 0;
  // The value that a crash at this moment would leave.
  virtual absl::StatusOr<std::optional<std::string>> GetDurable(std::string_view key) const = 0;
  // All written before the call is durable when it returns. May take long.
  virtual absl::Status Flush() = 0;
  virtual absl::StatusOr<std::unique_ptr<EngineReplace>> BeginReplace(std::string_view begin,
                                                                      std::string_view end) = 0;
  virtual EngineStats stats() const = 0;
  // Of keys and values in [begin, end), about, and cheap; 0: not known.
  virtual uint64_t EstimateBytes(std::string_view, std::string_view) const { return 0; }
  // What was written can't get onto the disk, for that is full; memory takes little more,
  // and a write beyond that waits, too.
  virtual bool WaitsForRoom() const { return false; }
};

}  // namespace quorate
