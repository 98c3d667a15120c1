// The bytes of a snapshot's chunks.
//   1 byte   format, 1
//   1 byte   1 in the last chunk, else 0
//   8 bytes  checksum of the flag and the records, seeded with the chunk
//            before's (0 before the first)
//   records  key without its partition, stored value, each with a 4-byte size
// Because each checksum covers all before it, a chunk that was lost, repeated
// or taken from another snapshot is found like a damaged one.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace quorate::kv {

class ChunkBuilder {
 public:
  void Add(std::string_view key, std::string_view value);
  // Of the records so far.
  size_t bytes() const { return records_.size(); }
  // The chunk; then empty for the next, which is chained to it.
  std::string Finish(bool last);

 private:
  std::string records_;
  uint64_t chain_ = 0;
};

struct ChunkView {
  bool last = false;
  std::string_view records;  // within the chunk
};

class ChunkChecker {
 public:
  // INVALID_ARGUMENT, reason SNAPSHOT_CHUNK_DAMAGED or NEWER_FORMAT. Checks the
  // next chunk in the chain.
  absl::StatusOr<ChunkView> Check(std::string_view chunk);

 private:
  uint64_t chain_ = 0;
  uint64_t checked_ = 0;
};

}  // namespace quorate::kv
