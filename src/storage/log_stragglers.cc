#include "storage/log_stragglers.h"

#include <string>
#include <utility>

#include "base/error.h"
#include "base/probe.h"
#include "base/strings.h"
#include "storage/log_format.h"

namespace quorate {
namespace {

absl::StatusOr<DecodedRecord> ReadRecord(LogSegment& segment, uint64_t offset) {
  const absl::StatusOr<std::string> block = segment.file->Read(offset, kFileBlockBytes);
  if (!block.ok()) return block.status();
  const std::optional<uint64_t> bytes = PeekRecordBytes(*block, segment.number);
  if (bytes && *bytes <= segment.file->size_bytes() - offset) {
    absl::StatusOr<std::string> record = segment.file->Read(offset, *bytes);
    if (!record.ok()) return record.status();
    if (RecordIsIntact(*record, segment.number)) return DecodeRecord(*record);
  }
  return MakeError(absl::StatusCode::kDataLoss, "LOG_DAMAGED",
                   StrCat("log file ", SegmentName(segment.number), " is damaged at byte ", offset,
                          ": a record that was durable is not intact"));
}

// Those of the extent; of an index that the record has twice, the last.
absl::Status AppendEntries(const LogExtent& extent, PartitionId partition,
                           const DecodedRecord& record, std::vector<LogEntry>& entries) {
  std::vector<LogEntry> found(extent.last - extent.first + 1);
  for (const RecordItem& item : record.items) {
    if (item.write.partition != partition) continue;
    for (const LogEntry& entry : item.write.entries) {
      if (extent.first <= entry.index && entry.index <= extent.last) {
        found[entry.index - extent.first] = entry;
      }
    }
  }
  for (LogEntry& entry : found) {
    if (entry.term != extent.term) {
      return MakeError(absl::StatusCode::kDataLoss, "LOG_DAMAGED",
                       StrCat("the log's index names an entry of ", partition.ToString(),
                              " that record ", record.sequence, " doesn't have"));
    }
    entries.push_back(std::move(entry));
  }
  return absl::OkStatus();
}

absl::StatusOr<GroupWrite> ReadGroup(LogSegments& segments, const LogGroups& groups,
                                     PartitionId partition) {
  GroupWrite write;
  write.partition = partition;
  write.reset = groups.Position(partition).base;
  uint64_t read_segment = 0, read_offset = 0;
  DecodedRecord record;
  for (const LogExtent& extent : groups.Extents(partition)) {
    if (extent.segment != read_segment || extent.offset != read_offset) {
      auto read = ReadRecord(segments.at(extent.segment), extent.offset);
      if (!read.ok()) return read.status();
      record = *std::move(read);
      read_segment = extent.segment;
      read_offset = extent.offset;
    }
    const absl::Status added = AppendEntries(extent, partition, record, write.entries);
    if (!added.ok()) return added;
  }
  return write;
}

}  // namespace

absl::StatusOr<std::vector<GroupWrite>> ReadStragglers(LogSegments& segments,
                                                       const LogGroups& groups,
                                                       uint64_t bytes_max) {
  std::vector<GroupWrite> copies;
  const uint64_t oldest = segments.oldest().number;
  if (groups.Live(oldest).bytes > bytes_max) return copies;
  const std::vector<PartitionId> partitions = groups.GroupsIn(oldest);
  uint64_t bytes = 0;
  for (const PartitionId partition : partitions) bytes += groups.GroupLiveBytes(partition);
  if (bytes > bytes_max) return copies;
  for (const PartitionId partition : partitions) {
    absl::StatusOr<GroupWrite> copy = ReadGroup(segments, groups, partition);
    if (!copy.ok()) return copy.status();
    copies.push_back(*std::move(copy));
  }
  Reached<"log: straggler copied forward">();
  return copies;
}

}  // namespace quorate
