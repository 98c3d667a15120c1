// A partition kept by Raft: joins the pure core to the state machine.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/ids.h"
#include "kv/state_machine.h"
#include "raft/move.h"
#include "raft/raft.h"
#include "replica/held_by_all.h"
#include "replica/lease.h"
#include "replica/log_clock.h"
#include "replica/proposals.h"
#include "replica/reads.h"
#include "replica/replica.h"
#include "replica/snapshot_exchange.h"
#include "replica/snapshot_pace.h"
#include "storage/engine.h"

namespace quorate {

// Deliberate faults for the simulator; off outside tests.
struct ReplicaBugs {
  bool ignore_session = false;      // serve at once, whatever was seen
  bool bound_from_receipt = false;  // the state is as fresh as the confirmation, not the question
  bool read_unapplied = false;      // serve before the state has reached the read's index
  bool lease_from_confirmation = false;  // it begins with the promise, not with the question
  bool trust_clock = false;              // a lease outlives a jump of the clocks
  bool receipt_counts_all = false;       // acked_by names peers that have yet to confirm
};

struct RaftReplicaOptions {
  PartitionId partition;
  raft::Config raft;
  std::vector<NodeId> voters;         // of a group that is still empty
  std::vector<NodeId> learners;       // likewise
  Epoch member_since;                 // in which this copy joined; zero: the beginning
  uint64_t log_bytes_max = 16 << 20;  // entries kept in memory for laggards
  uint64_t snapshot_chunk_bytes = kv::kSnapshotChunkBytesDefault;
  SnapshotPace* pace = nullptr;  // of what newcomers are sent; outlives the replica; null: no bound
  // What the engine asks, if it drops what has expired; outlives the replica.
  kv::ExpiredRecords* expired = nullptr;
  kv::StateMachineBugs bugs;
  // For how long the clock may have stood still without ClockJumped being told.
  absl::Duration clock_slack;
  ReplicaBugs replica_bugs;
};

class RaftReplica final : public Replica {
 public:
  // `recovered` null: the log knows nothing of this group yet. `clock`: of the
  // moment.
  static absl::StatusOr<std::unique_ptr<RaftReplica>> Open(RaftReplicaOptions options,
                                                           Engine& engine,
                                                           RecoveredGroup* recovered,
                                                           LogClock clock);

  PartitionId partition() const override { return options_.partition; }
  void Tick(absl::Duration now) override;
  void Receive(NodeId from, std::string_view payload, absl::Duration now) override;
  Growth GrowthIn(std::string_view payload) const override;
  void Execute(Request request, ReplyFn reply, absl::Duration now) override;
  bool Serves(Level level, bool write) const override;
  NodeId LeaderHint() const override { return raft_->leader(); }
  void SetEpoch(Epoch epoch) override { epoch_ = epoch; }
  void SetMove(const Move& move, absl::Duration /*now*/) override {
    if (move_.asked != move.since.value()) move_begun_ = now_;
    move_ = {move.members, move.since.value()};
    joining_ = move.joining;
  }
  bool MoveDone() const override;
  void SetLeaseDrift(uint32_t ppm) override;
  void ClockJumped(absl::Time calendar, absl::Duration now, bool confirmed) override;
  void Persisted(uint64_t token, absl::Duration now) override;
  void Expire(absl::Duration now) override;
  void PeerGone(NodeId node, absl::Duration now) override;
  void PeerBack(NodeId, absl::Duration) override {}
  absl::StatusOr<bool> Collect(Turn& turn, absl::Duration now) override;
  bool HasNews() const override { return raft_->commit_untold(); }
  void TellNews() override { raft_->TellCommit(); }
  absl::StatusOr<LogIndex> ReleasableIndex() override;
  absl::Status TransferLeadership(NodeId to) override;
  bool leading() const override { return raft_->is_leader(); }
  HardState hard_state() const override { return raft_->status().hard_state; }
  ReplicaStatus status() const override;
  absl::StatusOr<HeldRecord> Inspect(std::string_view key) const override;
  bool busy() const override;
  void Shutdown() override;

  // For a group that has just been made: do not wait for an election timeout.
  void Campaign() { raft_->Campaign(); }

  // The simulator's view.
  const raft::Raft& raft() const { return *raft_; }
  const kv::StateMachine& state() const { return state_; }

 private:
  RaftReplica(RaftReplicaOptions options, Engine& engine, LogClock clock);

  // --- raft_replica_moves.cc ---
  // The leader: the next change of members, if it is time for one.
  void DriveMove();
  static std::set<NodeId> Filled(const raft::Status& status);

  // What a copy left here that has moved away since is not this one's.
  absl::Status ForgetFormerCopy(Engine& engine);

  absl::Status Obey(raft::Output& output, Turn& turn, absl::Duration now);
  void Send(std::vector<raft::Message>& messages, std::vector<PeerMessage>& out) const;
  // The leader: time is due that lets keys expire, and no entry is on its way.
  bool TimeIsDue(absl::Duration now) const;
  absl::Status Install(const raft::ReceivedChunk& received, Turn& turn);

  // --- raft_replica_applies.cc ---
  void TakeCommitted(std::vector<LogEntry>& committed);
  bool ApplyIsDue() const;
  absl::Status ApplyIfDue(absl::Duration now);
  absl::Status ApplyCommitted(absl::Duration now);
  absl::Status Apply(const std::vector<LogEntry>& entries, absl::Duration now);
  void TrimMemory();

  // --- raft_replica_reads.cc ---
  void ExecuteRead(Request request, ReplyFn reply, absl::Duration now);
  void ExecuteSessionRead(Request request, ReplyFn reply, absl::Duration now);
  void ExecuteLeaseRead(Request request, ReplyFn reply, absl::Duration now);
  bool HoldsLease(absl::Duration now) const;
  void NoteRound(absl::Duration now);
  void ServeReads(absl::Duration now);
  void Serve(const Request& request, ReplyFn& reply, absl::Duration now);
  // How old the state is at most, where that is known.
  std::optional<absl::Duration> Staleness(absl::Duration now) const;
  Reply Read(const Request& request) const;
  Receipt MakeReceipt(Level asked, Level achieved) const;

  // --- raft_replica_writes.cc ---
  void ExecuteWrite(Request request, ReplyFn reply);
  absl::Status NotLeader() const;
  void AnswerDurable(absl::Duration now);
  void ServeChunks(absl::Duration now);
  void AnswerHeldByAll(absl::Duration now);
  void LoseVoter(NodeId node);
  // Once nobody has led for an election timeout: what waits may wait for ever.
  void GiveUpWithoutLeader();
  void Acknowledge(const std::vector<LogEntry>& entries,
                   std::vector<std::vector<kv::CommandResult>>& results, absl::Duration now);

  RaftReplicaOptions options_;
  kv::StateMachine state_;
  LogClock clock_;
  SnapshotExchange snapshots_;
  std::map<NodeId, raft::ChunkWanted> chunks_due_;
  std::unique_ptr<raft::Raft> raft_;
  Proposals proposals_;
  HeldByAll held_;
  Reads reads_;
  Lease lease_;
  uint32_t lease_drift_ppm_ = 0;
  Epoch epoch_;
  raft::Move move_;
  NodeId joining_;  // by that move; 0: none
  absl::Duration move_begun_;
  absl::Duration now_;               // of the last tick
  LogIndex time_proposed_;           // for keys to expire
  std::vector<LogEntry> unapplied_;  // handed out by the core
  size_t unapplied_bytes_ = 0;
  uint32_t leaderless_ticks_ = 0;
  bool apply_asked_ = false;
  absl::Status apply_failed_;
  bool reset_log_at_start_ = false;
  LogBase start_base_;
};

}  // namespace quorate
