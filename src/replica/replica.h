// One copy of one partition, whatever protocol keeps it: the "pluggable" of
// pluggable consistency. A single-threaded state machine that its worker
// drives in turns:
//   inputs (Tick, Receive, Execute, Persisted, ...) -> Collect(turn)
// Nothing of a turn may be shown to anyone before what it depends on is
// durable; the turn's AfterSync parts see to that.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/ids.h"
#include "quorum/members.h"
#include "replica/held_record.h"
#include "replica/quorum_status.h"
#include "replica/request.h"
#include "storage/log_batch.h"

namespace quorate {

// A message to the same partition's replica on another node.
struct PeerMessage {
  NodeId to;
  PartitionId partition;
  std::string payload;
};

// What one replica wants done at the end of a turn.
struct Turn {
  std::vector<GroupWrite> writes;             // into the turn's one log batch
  std::vector<PeerMessage> sends;             // at once
  std::vector<PeerMessage> sends_after_sync;  // once all writes so far are durable
  // Given back by Persisted when `writes` is durable; zero: nothing to give back.
  uint64_t persist_token = 0;
  void clear() {
    writes.clear();
    sends.clear();
    sends_after_sync.clear();
    persist_token = 0;
  }
};

struct ReplicaStatus {
  PartitionId partition;
  NodeId node;
  std::string role;  // leader, follower, candidate, learner
  NodeId leader;
  uint64_t term = 0;
  uint64_t last_index = 0;
  uint64_t commit_index = 0;
  uint64_t applied_index = 0;
  uint64_t log_first_index = 0;
  uint64_t log_bytes = 0;  // in memory
  bool quiet = false;
  // Of a leader that fills a node which joins, or without one of any that does; none: zero.
  NodeId filling;
  absl::Duration filling_since;
  uint64_t filled_bytes = 0;  // of state that was sent
  uint64_t fill_bytes = 0;    // of all that it is, about; 0: not known
};

// What the topology wants of a partition's members (ring/moves.h); of none that moves: all zero.
struct Move {
  NodeId joining;
  NodeId leaving;
  Epoch since;                       // when that was said
  std::vector<NodeId> members;       // who there is in the end, by id
  quorum::Members leaderless = {};   // mode quorum: who keeps the partition, and counts
  absl::Duration leaver_heard = {};  // of its node something was, then
};

class ConflictJournal;

// What must be stored of that which another replica sent.
enum class Growth : uint8_t {
  kNone,
  kWrites,   // of which no more are under way than was let in
  kCatchUp,  // what this replica lacks, however much that is
};

class Replica {
 public:
  virtual ~Replica() = default;

  virtual PartitionId partition() const = 0;

  // `now` is Env::Monotonic throughout.
  virtual void Tick(absl::Duration now) = 0;
  // Answers what is past its deadline; Tick does so too.
  virtual void Expire(absl::Duration now) = 0;
  virtual void Receive(NodeId from, std::string_view payload, absl::Duration now) = 0;
  virtual Growth GrowthIn(std::string_view payload) const = 0;
  // Takes the request only where this replica can serve its level; else the
  // reply is UNAVAILABLE, NOT_LEADER, and LeaderHint says where to go.
  virtual void Execute(Request request, ReplyFn reply, absl::Duration now) = 0;
  // True if Execute would serve `level` here (and not refuse with NOT_LEADER).
  virtual bool Serves(Level level, bool write) const = 0;
  virtual NodeId LeaderHint() const = 0;  // zero: not known

  // The topology's epoch, for receipts.
  virtual void SetEpoch(Epoch epoch) = 0;
  // What is to become of its members from now on.
  virtual void SetMove(const Move& move, absl::Duration now) = 0;
  // The move is over: to be told to the topology, by whoever finds it so.
  virtual bool MoveDone() const = 0;
  // By how many parts per million the clocks of two nodes may drift apart, as
  // the keyspace says; 0: no reads under a lease.
  virtual void SetLeaseDrift(uint32_t ppm) = 0;
  // The node's clock may have stood still, or the calendar was set: it says
  // `calendar` now. `confirmed`: by another node, or there is nobody to ask.
  virtual void ClockJumped(absl::Time calendar, absl::Duration now, bool confirmed) = 0;
  // Mode quorum: blind writes that come together may be told and logged as one (kWriteRuns),
  // for every node can read that.
  virtual void AllowRuns(bool /*allowed*/) {}
  virtual void Persisted(uint64_t token, absl::Duration now) = 0;
  // A peer's node was lost or came back under a new boot.
  virtual void PeerGone(NodeId node, absl::Duration now) = 0;
  // It is heard again.
  virtual void PeerBack(NodeId node, absl::Duration now) = 0;

  // Everything that follows from the inputs since the last call. Called until
  // it returns false. An error stops the node (engine failed).
  virtual absl::StatusOr<bool> Collect(Turn& turn, absl::Duration now) = 0;

  // There is something that peers should learn soon but for which nobody waits
  // (what is committed): told with the next message to them or by TellNews,
  // which the worker calls for many replicas at once.
  virtual bool HasNews() const = 0;
  virtual void TellNews() = 0;

  // Up to where the node's log may forget this partition; asked now and then.
  virtual absl::StatusOr<LogIndex> ReleasableIndex() = 0;
  // Hand leadership over (to zero: whoever is best). OK: under way.
  virtual absl::Status TransferLeadership(NodeId to) = 0;
  virtual bool leading() const = 0;
  // What it has promised, if a promise must outlive it on this node.
  virtual HardState hard_state() const { return HardState(); }
  virtual ReplicaStatus status() const = 0;
  // nullopt: a leader knows how far the others are.
  virtual std::optional<QuorumStatus> quorum_status(absl::Duration /*now*/) const {
    return std::nullopt;
  }
  // The writes that it gave up for concurrent ones; null: its mode has none.
  virtual const ConflictJournal* conflicts() const { return nullptr; }
  // What it holds of a key at this moment, be it committed, deleted or expired.
  virtual absl::StatusOr<HeldRecord> Inspect(std::string_view key) const = 0;
  // Somebody waits for its answer.
  virtual bool busy() const = 0;
  // Answers what is waiting with UNAVAILABLE (reads) or unknown (writes).
  virtual void Shutdown() = 0;
};

}  // namespace quorate
