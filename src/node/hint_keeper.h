// Writes at ANY that this node keeps for replicas it cannot reach: durable in a
// group of the log of their own, and handed over one by one once a replica can be
// heard of. What a hint promises is told in quorum/hints.h.
//
// The first worker's, and used on its thread alone.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "base/sync_proof.h"
#include "node/shared.h"
#include "quorum/hints.h"
#include "replica/request.h"
#include "storage/log_batch.h"

namespace quorate {

// A group of the log that is no partition's.
inline constexpr PartitionId kHintsPartition{~uint64_t{0}};

class HintKeeper {
 public:
  explicit HintKeeper(NodeShared& shared);

  // What the log holds of them at start. DATA_LOSS: HINT_DAMAGED, NEWER_FORMAT.
  absl::Status Restore(const RecoveredGroup& recovered);

  // Answered once it is durable here. RESOURCE_EXHAUSTED: HINTS_FULL,
  // DISK_NEARLY_FULL.
  void Keep(Request request, ReplyFn reply);
  // Hands over what can be, forgets what nobody can take any more, and lets the
  // log go on. Once a tick.
  void Tick(absl::Duration now);
  // Answers what waits: unknown; and takes nothing more.
  void FailAll();

  // --- a turn's end ---
  void Collect(std::vector<GroupWrite>& writes);
  // What was collected is in that batch.
  void Submitted(LogTicket ticket);
  void Open(const SyncProof& proof);

 private:
  using Identity = quorum::Identity;
  struct Waiting {
    Reply answer;
    ReplyFn reply;
  };
  // What one batch of the log has: up to that entry, and so many of those waiting.
  struct Written {
    LogIndex last;
    size_t replies = 0;
  };

  absl::Status Refuse(const Request& request) const;
  void HandOver(PartitionId partition, absl::Duration now);
  Identity ReplicaFor(PartitionId partition);
  void HandedOver(PartitionId partition, uint64_t id, const Reply& reply);
  void Forget(uint64_t id);
  void Append(std::string data);
  void Place(uint64_t id, LogIndex index);
  void CarryForward();
  void Tell() const;

  NodeShared& shared_;
  quorum::Hints hints_;
  std::set<PartitionId> attempts_;  // a hint of theirs is on its way
  size_t next_replica_ = 0;         // counts, whoever is asked next

  LogIndex last_index_;
  LogIndex durable_;
  LogIndex released_;
  // Where in the log each hint stands, both ways.
  std::map<uint64_t, LogIndex> index_of_;
  std::map<LogIndex, uint64_t> id_at_;
  absl::Duration next_release_;

  std::vector<LogEntry> entries_;  // of this turn
  bool closed_ = false;
  std::deque<Waiting> waiting_;
  std::optional<Written> collected_;  // of this turn
  size_t fresh_ = 0;                  // waiting, and in no batch yet
  std::deque<AfterSync<Written>> unsynced_;
};

}  // namespace quorate
