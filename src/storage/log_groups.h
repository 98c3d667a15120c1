// What the log holds of each group and in which segments: the index in memory
// that says what is still needed. Pure; changed by the same records, in the
// same order, when they are written and when they are read again.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/status/status.h"
#include "base/ids.h"
#include "storage/log_batch.h"
#include "storage/log_format.h"

namespace quorate {

// Entries of one group and one term that stand in one record.
struct LogExtent {
  uint64_t segment = 0;
  uint64_t offset = 0;  // of the record
  LogIndex first, last;
  Term term;
  uint64_t bytes = 0;
};

// What of a segment is still needed.
struct LiveBytes {
  uint64_t extents = 0;
  uint64_t bytes = 0;
};

class LogGroups {
 public:
  // Whether `batch` fits what is there: FAILED_PRECONDITION (PARTITION_REMOVED)
  // for a removed group, INVALID_ARGUMENT (LOG_OUT_OF_ORDER) for entries that
  // leave a gap or reach below what was released.
  absl::Status Check(const LogBatch& batch) const;

  // A record's parts, now durable (or read again) at this place.
  void Apply(const GroupWrite& write, uint64_t segment, uint64_t offset);
  void ApplyBase(PartitionId partition, LogBase base);
  // Read again.
  void ApplyCheckpoint(absl::Span<const RecordItem> items);
  // All bases were just written.
  void BasesAreDurable() { unwritten_bases_.clear(); }

  void Release(PartitionId partition, LogIndex index);

  // All groups as a checkpoint has them.
  std::vector<GroupPosition> Positions() const;
  // Those released further than any record says.
  std::vector<GroupPosition> UnwrittenBases() const;
  bool has_unwritten_bases() const { return !unwritten_bases_.empty(); }
  size_t size() const { return groups_.size(); }
  bool Has(PartitionId partition) const { return groups_.contains(partition); }
  LogIndex LastIndex(PartitionId partition) const;

  LiveBytes Live(uint64_t segment) const;
  uint64_t live_bytes() const { return live_bytes_; }
  // The groups with something in the segment.
  std::vector<PartitionId> GroupsIn(uint64_t segment) const;
  uint64_t GroupLiveBytes(PartitionId partition) const;
  const std::deque<LogExtent>& Extents(PartitionId partition) const;
  GroupPosition Position(PartitionId partition) const;
  // Forgets the removed groups that only segments before `segment` mention.
  void SegmentsBeforeAreGone(uint64_t segment);

  // DATA_LOSS if some group lacks entries between its base and its first.
  absl::Status CheckComplete() const;
  // Whether `first` follows on what is there of the group, which may lack its
  // beginning while a log is read again.
  bool FollowsOn(PartitionId partition, LogIndex first) const;

 private:
  struct Group {
    HardState hard_state;
    LogBase base;  // released up to here
    std::deque<LogExtent> extents;
    LogIndex last() const { return extents.empty() ? base.index : extents.back().last; }
  };

  void DropFrom(Group& group, LogIndex first);
  void DropUpTo(Group& group, LogIndex last);
  void AddEntries(Group& group, const GroupWrite& write, uint64_t segment, uint64_t offset);
  void AddLive(const LogExtent& extent);
  void DropLive(const LogExtent& extent);

  absl::btree_map<PartitionId, Group> groups_;
  absl::btree_map<PartitionId, uint64_t> removed_;  // to the segment that says so
  absl::btree_set<PartitionId> unwritten_bases_;
  absl::btree_map<uint64_t, LiveBytes> live_;
  uint64_t live_bytes_ = 0;
};

}  // namespace quorate
