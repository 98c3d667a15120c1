// The groups' entries as records are read again, one after the other.
#pragma once

#include <string_view>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/status/status.h"
#include "storage/log_batch.h"
#include "storage/log_format.h"
#include "storage/log_groups.h"

namespace quorate {

class LogReplay {
 public:
  // DATA_LOSS if the record doesn't follow on those before.
  absl::Status Apply(DecodedRecord record, uint64_t segment, uint64_t offset);
  // DATA_LOSS if a group lacks something in the end.
  absl::Status Finish();

  LogGroups TakeGroups() { return std::move(groups_); }
  std::vector<RecoveredGroup> TakeEntries();

 private:
  absl::Status CheckCheckpoint(absl::Span<const RecordItem> items) const;
  absl::Status ApplyWrite(GroupWrite write, uint64_t segment, uint64_t offset);
  void ApplyBase(PartitionId partition, LogBase base);

  bool is_first_ = true;  // no record so far
  LogGroups groups_;
  absl::btree_map<PartitionId, std::vector<LogEntry>> entries_;
};

}  // namespace quorate
