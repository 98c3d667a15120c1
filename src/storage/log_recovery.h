// What a start makes of the files of a log: the segments in use, what each
// group has, and where to go on. Changes nothing on disk.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "storage/files.h"
#include "storage/log_batch.h"
#include "storage/log_groups.h"
#include "storage/log_segments.h"

namespace quorate {

struct RecoveredLog {
  std::vector<LogSegment> segments;  // from the oldest to the active one
  LogGroups groups;
  std::vector<RecoveredGroup> entries;  // sorted by partition
  uint64_t next_sequence = 1;
};

// `numbers`: of the segments there, rising. The newest without an intact
// header and without a record was never used and is not among the result's.
absl::StatusOr<RecoveredLog> RecoverLog(Files& files, const std::vector<uint64_t>& numbers);

}  // namespace quorate
