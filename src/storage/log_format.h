// The bytes of the log: segment headers and records. docs/log-format.md is the
// specification; this is its only implementation. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/ids.h"
#include "base/log_entry.h"
#include "storage/files.h"
#include "storage/log_batch.h"

namespace quorate {

inline constexpr uint32_t kLogFormatVersion = 1;

inline constexpr uint64_t RoundUpToBlock(uint64_t bytes) {
  return (bytes + kFileBlockBytes - 1) / kFileBlockBytes * kFileBlockBytes;
}

// The first block of a segment.
struct SegmentHeader {
  uint64_t generation = 0;      // the segment's number: new with each use of a file
  uint64_t first_sequence = 0;  // of its first record
};

// Writes one block.
void EncodeSegmentHeader(const SegmentHeader& header, char* block);
// nullopt: not an intact header of this generation (a new, torn or recycled
// file). FAILED_PRECONDITION with reason NEWER_FORMAT.
absl::StatusOr<std::optional<SegmentHeader>> DecodeSegmentHeader(std::string_view block,
                                                                 uint64_t generation);

// Where a group stands, without its entries.
struct GroupPosition {
  PartitionId partition;
  HardState hard_state;
  LogBase base;
};

// What goes into one record, in the order in which it is replayed.
struct RecordParts {
  uint64_t generation = 0;
  uint64_t sequence = 0;
  // Only and always in a segment's first record: every group there is.
  std::optional<absl::Span<const GroupPosition>> checkpoint;
  absl::Span<const GroupPosition> bases;  // entries up to these are not needed (hard state unused)
  absl::Span<const GroupWrite> copied;    // whole groups, brought forward from an old segment
  absl::Span<const GroupWrite> groups;
};

// On disk, padding included: a multiple of the block.
uint64_t RecordBytes(const RecordParts& parts);
// Of a record with nothing but so many bases.
uint64_t BasesRecordBytes(size_t bases);
// Writes RecordBytes(parts) bytes.
void EncodeRecord(const RecordParts& parts, char* out);

// One group's part of a record. `base` drops the entries up to it.
struct RecordItem {
  GroupWrite write;
  std::optional<LogBase> base;
};

struct DecodedRecord {
  uint64_t sequence = 0;
  uint64_t bytes = 0;  // on disk, padding included
  bool checkpoint = false;
  uint32_t checkpoint_items = 0;  // the first so many items are the checkpoint
  std::vector<RecordItem> items;
};

// How many bytes the record that starts with `block` says it has, padding
// included; nullopt if this isn't the start of a record of this generation.
std::optional<uint64_t> PeekRecordBytes(std::string_view block, uint64_t generation);
// Whether `record`, of the length that PeekRecordBytes told, is intact.
bool RecordIsIntact(std::string_view record, uint64_t generation);
uint64_t RecordSequence(std::string_view record);
// Of an intact record. DATA_LOSS if its content makes no sense all the same.
absl::StatusOr<DecodedRecord> DecodeRecord(std::string_view record);

// What an entry takes in a record; for accounts of what is live.
uint64_t EntryBytes(const LogEntry& entry);

}  // namespace quorate
