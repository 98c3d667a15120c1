// Hints on disk: a group of the log that is no partition's. Each entry keeps a hint,
// ends one, puts one off under a new number, or says who is asked for a partition's.
//
// One thread.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/sync_proof.h"
#include "quorum/hints.h"
#include "storage/log_batch.h"
#include "storage/log_device.h"

namespace quorate {

inline constexpr PartitionId kHintsPartition{~uint64_t{0}};

class HintLog {
 public:
  struct Recovered {
    std::map<uint64_t, quorum::Hint> kept;
    std::map<PartitionId, NodeId> holders;
  };
  // DATA_LOSS: HINT_DAMAGED, NEWER_FORMAT.
  absl::StatusOr<Recovered> Restore(const RecoveredGroup& recovered);

  // --- each is durable once its index is ---
  LogIndex Keep(const quorum::Hint& hint);
  LogIndex Forget(uint64_t id);
  LogIndex PutOff(uint64_t id, const quorum::Hint& hint);  // which now has another number
  LogIndex Hold(PartitionId partition, NodeId holder);
  // No hint of that partition is left.
  void Unhold(PartitionId partition) { holders_.erase(partition); }

  // All of them, unseen: a deliberate fault.
  void Drop() { index_of_.clear(), id_at_.clear(), holders_.clear(); }

  LogIndex IndexOf(uint64_t id) const { return index_of_.at(id); }
  bool IsDurable(LogIndex index) const { return index <= durable_; }
  LogIndex last() const { return last_; }

  // Lets the log go on where nothing before is of use any more. Now and then.
  void Release(LogDevice& log);
  // Of the oldest hints so many bytes stand at the end then, and all holders.
  void CarryForward(const quorum::Hints& hints, uint64_t bytes_max);

  // --- a turn's end ---
  // False: there is nothing to write.
  bool Collect(std::vector<GroupWrite>& writes);
  void Durable(LogIndex index) { durable_ = index; }

 private:
  // No entry up to `dead` is of use, once all up to `known_by` are durable.
  struct Dead {
    LogIndex dead;
    LogIndex known_by;
  };
  LogIndex Append(std::string data);
  void Place(uint64_t id, LogIndex index);
  void Displace(uint64_t id);
  absl::Status Replay(const LogEntry& entry, Recovered& found);

  LogIndex last_;
  LogIndex durable_;
  LogIndex released_;
  std::optional<Dead> dead_;
  // Where in the log each hint stands, both ways.
  std::map<uint64_t, LogIndex> index_of_;
  std::map<LogIndex, uint64_t> id_at_;
  std::map<PartitionId, std::pair<NodeId, LogIndex>> holders_;
  std::vector<LogEntry> entries_;  // of this turn
};

}  // namespace quorate
