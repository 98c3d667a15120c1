// What a log must hold, told by the simplest means, and random writes for it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "storage/log_batch.h"
#include "storage/log_store.h"

namespace quorate {

LogEntry MakeEntry(uint64_t index, uint64_t term, std::string data);
// Entries first..last of one term, each with data of its own.
GroupWrite MakeWrite(uint64_t partition, uint64_t first, uint64_t last, uint64_t term = 1,
                     size_t data_bytes = 20);

class LogModel {
 public:
  struct Group {
    HardState hard_state;
    LogBase base;
    LogIndex released;
    std::vector<LogEntry> entries;  // all since the base, released or not
    LogIndex last() const { return entries.empty() ? base.index : entries.back().index; }
    friend bool operator==(const Group&, const Group&) = default;
  };

  void Apply(const LogBatch& batch);
  void Release(PartitionId partition, LogIndex index);
  // "" if `recovered` is what was written, give or take what was released;
  // else what differs.
  std::string Difference(const std::vector<RecoveredGroup>& recovered) const;
  // A start has forgotten what wasn't written of the releases.
  void Restart(const std::vector<RecoveredGroup>& recovered);

  const std::map<PartitionId, Group>& groups() const { return groups_; }

 private:
  std::map<PartitionId, Group> groups_;
};

// Batches that fit a model: appends, overwritten tails, resets, hard states,
// new groups and removed ones.
class LogWorkload {
 public:
  explicit LogWorkload(uint64_t seed, size_t groups_max = 6)
      : random_(seed), groups_max_(groups_max) {}
  LogBatch NextBatch(const LogModel& model);
  // A group and how far it may be released.
  std::pair<PartitionId, LogIndex> NextRelease(const LogModel& model);

 private:
  GroupWrite NextWrite(const LogModel& model);
  void AddEntries(LogIndex first, GroupWrite& write);

  Random random_;
  const size_t groups_max_;
  uint64_t next_partition_ = 1;
  uint64_t next_term_ = 1;
};

// What the recovered groups' entries say, for failure messages and probes.
std::string Describe(const RecoveredGroup& group);

}  // namespace quorate
