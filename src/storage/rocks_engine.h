// The real engine: RocksDB without a write-ahead log. Reads verify checksums. With no
// room for a memtable on the disk, state stays in memory until there is some; Flush, and
// writes that no memtable is left for, wait.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "storage/engine.h"
#include "storage/room_wait.h"

namespace quorate {

struct RocksEngineOptions {
  // One memtable; small ones are faster to insert into and are flushed sooner.
  uint64_t memtable_bytes = 32 << 20;
  // How many of them may wait for their flush before writes have to.
  int memtables_max = 4;
  uint64_t block_cache_bytes = 128 << 20;
  // Threads that flush and compact.
  int background_jobs = 2;
  // A file of a staged replacement is closed at this size.
  uint64_t staged_file_bytes = 64 << 20;
  // Asked in compactions; outlives the engine. Null: nothing is dropped.
  const EngineFilter* filter = nullptr;
  // Begins once it is open. Who may have to end while the disk is full gives it up
  // first; the engine then fails with DISK_FULL. Null: one of its own.
  std::shared_ptr<RoomWait> room_wait = nullptr;
};

// The folder is made if it isn't there (its parent must be). DATA_LOSS if the
// data is damaged.
absl::StatusOr<std::unique_ptr<Engine>> OpenRocksEngine(const std::string& path,
                                                        const RocksEngineOptions& options = {});

}  // namespace quorate
