// A partition's whole state as a sequence of chunks, each about
// kSnapshotChunkBytes, and its atomic installation elsewhere.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/ids.h"
#include "kv/expired_records.h"
#include "kv/state_machine.h"
#include "storage/engine.h"

namespace quorate::kv {

inline constexpr size_t kSnapshotChunkBytesDefault = 256 * 1024;

// A frozen moment of a partition, read chunk by chunk, without what has expired.
class SnapshotReader {
 public:
  // `chunk_bytes`: a chunk ends once it holds that much. `expired`: what the
  // engine asks, if it drops what has expired; outlives the reader.
  static absl::StatusOr<std::unique_ptr<SnapshotReader>> Open(PartitionId partition,
                                                              const Engine& engine,
                                                              size_t chunk_bytes,
                                                              ExpiredRecords* expired = nullptr,
                                                              StateMachineBugs bugs = {});
  ~SnapshotReader();
  const AppliedState& applied() const;
  struct Chunk {
    std::string data;
    bool last = false;
  };
  absl::StatusOr<Chunk> Next();
  // Where the next chunk begins in the engine, valid until it is read; empty: after the last.
  std::string_view next_key() const;

 private:
  class Impl;
  explicit SnapshotReader(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

// Stages chunks in order and replaces the partition's state at the end.
// `member_since`: of the copy that it is for, see AppliedState.
class SnapshotWriter {
 public:
  static absl::StatusOr<std::unique_ptr<SnapshotWriter>> Begin(PartitionId partition,
                                                               Engine& engine,
                                                               uint64_t member_since = 0,
                                                               StateMachineBugs bugs = {});
  ~SnapshotWriter();
  // INVALID_ARGUMENT on a damaged chunk (each carries a checksum).
  absl::Status Add(std::string_view chunk);
  // Atomic and durable: the partition's state is the snapshot's. Reload the
  // StateMachine after it. INVALID_ARGUMENT if the whole is not a complete
  // snapshot of `expected`.
  absl::Status Commit(LogIndex expected_index, Term expected_term);

 private:
  class Impl;
  explicit SnapshotWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace quorate::kv
