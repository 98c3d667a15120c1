// Writes at ANY that this node keeps for replicas it cannot reach: durable, and
// handed over one by one once a replica can be heard of. What a hint promises, and
// whom it goes to, is told in quorum/hints.h.
//
// The first worker's, and used on its thread alone.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "base/sync_proof.h"
#include "node/hint_log.h"
#include "node/shared.h"
#include "quorum/hints.h"
#include "replica/request.h"
#include "storage/log_batch.h"

namespace quorate {

class HintKeeper {
 public:
  explicit HintKeeper(NodeShared& shared);

  // What the log holds of them at start. DATA_LOSS: HINT_DAMAGED, NEWER_FORMAT.
  absl::Status Restore(const RecoveredGroup& recovered);

  // Answered once it is durable here. RESOURCE_EXHAUSTED: HINTS_FULL,
  // DISK_NEARLY_FULL. INVALID_ARGUMENT, what no replica would take: NEEDS_ONE_ORDER,
  // TIME_AHEAD, and of the policy.
  void Keep(Request request, ReplyFn reply);
  // Hands over what can be, forgets what nobody can take any more, and lets the
  // log go on. Once a tick.
  void Tick(absl::Duration now);
  bool busy() const { return !waiting_.empty(); }
  // Answers what waits: unknown; and takes nothing more.
  void FailAll();

  // --- a turn's end ---
  void Collect(std::vector<GroupWrite>& writes);
  // What was collected is in that batch.
  void Submitted(LogTicket ticket);
  void Open(const SyncProof& proof);

 private:
  // How it stands with a partition's hints.
  struct Way {
    bool asked = false;         // the answer is due
    bool refused = false;       // by the holder: another is to be tried
    LogIndex ready;             // to be durable before anybody is asked
    LogIndex forgotten;         // likewise, before one of another life is asked
    Boot life;                  // that numbered the one that was asked last
    absl::Duration not_before;  // likewise, a moment
  };
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
  absl::Status RefuseSession(const Request& request) const;
  void HandOver(PartitionId partition, absl::Duration now);
  NodeId ReplicaFor(const ring::PartitionInfo& info, const Way& way);
  void Ask(const quorum::Hint& hint, NodeId holder, absl::Duration now);
  // What is told of an ask: of whom, and whether one before it may have had effect.
  struct Asked {
    PartitionId partition;
    uint64_t id = 0;
    NodeId holder;
    bool again = false;
  };
  void HandedOver(const Asked& asked, const Reply& reply);
  void NotTaken(const Asked& asked, const Reply& reply, Way& way);
  void PutOff(uint64_t id, Way& way);
  void Forget(PartitionId partition, uint64_t id);
  void Tell() const;

  NodeShared& shared_;
  quorum::Hints hints_;
  HintLog log_;
  std::map<PartitionId, Way> ways_;
  std::map<uint64_t, absl::Duration> put_off_;  // until when
  size_t next_replica_ = 0;                     // counts, whoever is asked next
  absl::Duration next_release_;

  bool closed_ = false;
  std::deque<Waiting> waiting_;
  std::optional<Written> collected_;  // of this turn
  size_t fresh_ = 0;                  // waiting, and in no batch yet
  std::deque<AfterSync<Written>> unsynced_;
};

}  // namespace quorate
