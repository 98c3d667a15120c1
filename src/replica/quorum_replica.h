// A partition kept without a leader: joins the pure core to engine and log. The
// core's effects are the log's entries, one for each output; they are applied at
// once, and what depends on them is held back until they are durable.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "quorum/core.h"
#include "replica/counted_scans.h"
#include "replica/fill_source.h"
#include "replica/log_clock.h"
#include "replica/quorum_calls.h"
#include "replica/quorum_runs.h"
#include "replica/quorum_scans.h"
#include "replica/quorum_store.h"
#include "replica/quorum_values.h"
#include "replica/replica.h"
#include "storage/engine.h"

namespace quorate {

struct QuorumReplicaOptions {
  PartitionId partition;
  quorum::Config core;
  Epoch joined = {};  // in which this copy did; zero: from the beginning
  Conflict conflict = Conflict::kLww;
  // Contexts are of one keyspace of one cluster: see quorum::SealContext.
  std::string context_scope;
  SnapshotPace* pace = nullptr;  // of state sent to who is filled; outlives the replica
};

class QuorumReplica final : public Replica {
 public:
  // `recovered` null: the log knows nothing of this partition yet. `clock`: of
  // the moment. FAILED_PRECONDITION, CONFLICT_NOT_SUPPORTED.
  static absl::StatusOr<std::unique_ptr<QuorumReplica>> Open(QuorumReplicaOptions options,
                                                             Engine& engine,
                                                             RecoveredGroup* recovered,
                                                             LogClock clock);

  PartitionId partition() const override { return options_.partition; }
  void Tick(absl::Duration now) override;
  void Expire(absl::Duration now) override { Tick(now); }
  void Receive(NodeId from, std::string_view payload, absl::Duration now) override;
  Growth GrowthIn(std::string_view payload) const override;
  void Execute(Request request, ReplyFn reply, absl::Duration now) override;
  // Every replica coordinates whatever it is asked; but one that leaves answers nothing
  // by itself any more.
  bool Serves(Level level, bool write) const override;
  NodeId LeaderHint() const override;
  void SetEpoch(Epoch epoch) override { epoch_ = epoch; }
  void SetMove(const Move& move, absl::Duration now) override;
  bool MoveDone() const override { return core_->MoveDone(At(ticked_)); }
  void SetLeaseDrift(uint32_t) override {}
  void AllowRuns(bool allowed) override { runs_.Allow(allowed); }
  void ClockJumped(absl::Time calendar, absl::Duration now, bool confirmed) override {
    clock_ = LogClock(now, calendar);
    confirmed_ = confirmed;
  }
  void Persisted(uint64_t token, absl::Duration now) override;
  void PeerGone(NodeId node, absl::Duration now) override { core_->PeerGone(node, At(now)); }
  void PeerBack(NodeId node, absl::Duration now) override { core_->PeerBack(node, At(now)); }
  absl::StatusOr<bool> Collect(Turn& turn, absl::Duration now) override;
  bool HasNews() const override { return false; }
  void TellNews() override {}
  absl::StatusOr<LogIndex> ReleasableIndex() override { return store_.Releasable(); }
  absl::Status TransferLeadership(NodeId to) override;
  bool leading() const override { return false; }
  ReplicaStatus status() const override;
  std::optional<QuorumStatus> quorum_status(absl::Duration now) const override;
  const ConflictJournal* conflicts() const override { return &store_.journal(); }
  absl::StatusOr<HeldRecord> Inspect(std::string_view key) const override;
  bool busy() const override;
  void Shutdown() override;

  // The simulator's view.
  const quorum::Core& core() const { return *core_; }
  const QuorumStore& store() const { return store_; }

 private:
  QuorumReplica(QuorumReplicaOptions options, std::unique_ptr<const QuorumValues> values,
                Engine& engine, LogClock clock);
  absl::Status Restore(RecoveredGroup* recovered);
  absl::Status ForgetFormerCopy(Engine& engine) const;

  quorum::Now At(absl::Duration now) const { return {now, clock_.At(now), confirmed_}; }
  absl::Status Obey(quorum::Output& output, Turn& turn, absl::Duration now);
  absl::Status Write(const std::vector<quorum::Effect>& effects, Turn& turn);
  void Send(const std::vector<quorum::Message>& messages, std::vector<PeerMessage>& out) const;
  void Answer(quorum::Reply& reply, absl::Duration now);
  Receipt MakeReceipt(Level level) const;
  ReplyFn Signed(ReplyFn reply) const;

  const QuorumReplicaOptions options_;
  absl::Duration ticked_;
  const std::unique_ptr<const QuorumValues> values_;
  QuorumStore store_;
  LogClock clock_;
  bool confirmed_ = true;  // what it says
  std::unique_ptr<quorum::Core> core_;
  FillSource fill_source_;
  QuorumCalls calls_;
  QuorumRuns runs_;
  QuorumScans scans_;
  CountedScans counted_scans_;
  Epoch epoch_;
  LogIndex last_index_;       // of the entries written
  uint64_t effects_out_ = 0;  // by the core, in this life
  uint64_t effects_durable_ = 0;
  uint64_t conflicts_discarded_ = 0;
  // Replies that wait until so many effects are durable.
  std::deque<std::pair<uint64_t, quorum::Reply>> held_;
  bool reset_log_at_start_ = false;
};

}  // namespace quorate
