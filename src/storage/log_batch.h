// What one worker turn must make durable, for every partition it touched.
#pragma once

#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/log_entry.h"

namespace quorate {

// The log of a group restarts after this position; entries before are gone.
struct LogBase {
  LogIndex index;
  Term term;
  friend bool operator==(const LogBase&, const LogBase&) = default;
};

// Applied in the order of the fields.
struct GroupWrite {
  PartitionId partition;
  std::optional<LogBase> reset;  // drop all entries, restart behind this position
  std::optional<HardState> hard_state;
  std::vector<LogEntry> entries;  // consecutive; replace whatever stands from the first on
  bool remove = false;            // forget the group for ever (its id is never used again)
};

struct LogBatch {
  std::vector<GroupWrite> groups;
  bool empty() const { return groups.empty(); }
};

// What the log holds of one group at start.
struct RecoveredGroup {
  PartitionId partition;
  HardState hard_state;
  LogBase base;                   // position before entries.front()
  std::vector<LogEntry> entries;  // consecutive
};

}  // namespace quorate
