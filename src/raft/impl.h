// What one replica knows and does, in one class; each group of members below
// is defined in the file named over it.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/ids.h"
#include "base/log_entry.h"
#include "base/random.h"
#include "raft/configuration.h"
#include "raft/durability.h"
#include "raft/log.h"
#include "raft/membership.h"
#include "raft/message.h"
#include "raft/output.h"
#include "raft/progress.h"
#include "raft/quorum.h"
#include "raft/raft.h"
#include "raft/rations.h"
#include "raft/reads.h"

namespace quorate::raft {

class Raft::Impl {
 public:
  Impl(Config config, Restored restored);

  // tick.cc
  void Tick();
  // step.cc
  void Step(Message message);
  // leader.cc
  absl::StatusOr<Position> Propose(Payload command);
  // change.cc
  absl::StatusOr<Position> ProposeChange(const MembershipChange& change);
  // replicate.cc
  bool commit_untold() const;
  void TellCommit();
  void FeedLearners(uint64_t bytes);
  // read_index.cc
  absl::Status ReadIndex(uint64_t read_id);
  // transfer.cc
  absl::Status TransferLeadership(NodeId to);
  // election.cc
  void Campaign();
  // output.cc
  void Persisted(PersistId id);
  void Applied(LogIndex index);
  void Compact(LogIndex index);
  bool has_output() const;
  Output TakeOutput();
  // snapshot_sender.cc
  void SendSnapshotChunk(NodeId to, SnapshotChunk chunk);
  void SnapshotUnavailable(NodeId to);
  // snapshot_receiver.cc
  Installed SnapshotInstalled(const SnapshotMeta& meta);
  void SnapshotRefused(const SnapshotMeta& meta);
  // promises.cc
  void AskPromises(bool ask) { asks_promises_ = ask; }
  uint64_t round() const { return reads_.round(); }
  uint64_t promised_round() const;
  // quiet.cc
  void Wake(bool leader_gone);
  bool quiet() const { return quiet_; }
  // status.cc
  Status status() const;

  bool is_leader() const { return role_ == Role::kLeader; }
  NodeId leader() const { return leader_; }
  Term term() const { return hard_state_.term; }
  bool leader_ready() const { return is_leader() && log_.commit_index() >= term_start_; }
  const Log& log() const { return log_; }
  LogIndex durable_index() const { return durability_.index(); }
  const ConfigurationHistory& history() const { return history_; }

 private:
  // --- step.cc: the rules of terms, then by kind ---
  bool WellFormed(const Message& message) const;
  // False: the message has been dealt with.
  bool AdmitNewerTerm(const Message& message);
  void AnswerOlderTerm(const Message& message);
  void Dispatch(Message& message);
  void DispatchToFollower(Message& message);
  void DispatchToLeader(Message& message);
  bool InLease() const;
  Message To(NodeId to, MessageKind kind) const;
  void Send(Message message);

  // --- election.cc ---
  void BecomeFollower(Term term, NodeId leader);
  void SetLeader(NodeId leader);
  void RestartElectionTimer();
  void StartCampaign(Role role, bool forced);
  void AskForVotes(bool forced);
  void RecordVote(NodeId from, bool granted);
  void HandleVoteRequest(const Message& message);
  void HandleVoteReply(const Message& message);
  // Our own vote counts once it cannot be forgotten.
  void CountOwnVote();

  // --- follower.cc ---
  void HearLeader(NodeId from);
  void HandleAppend(Message& message);
  void RefuseAppend(const Message& message);
  void AcceptEntries(std::vector<LogEntry> entries);
  void HandleHeartbeat(const Message& message);
  // The leader says that everything up to its entry index/term is committed.
  void LearnCommit(LogIndex index, Term term);
  void ReplyMatched(NodeId to, LogIndex index);

  // --- leader.cc ---
  void BecomeLeader();
  LogIndex AppendOwn(EntryKind kind, Payload data);
  void HandleAppendReply(const Message& message);
  void HandleAppendRefused(Progress& peer, const Message& message);
  void HandleHeartbeatReply(const Message& message);
  // Paper, 5.3 and 5.4.2: by counting, entries of this term only.
  void AdvanceCommit();
  uint64_t ReachedByQuorum(absl::FunctionRef<uint64_t(const Progress&)> reached,
                           uint64_t own) const;
  void CheckQuorum();
  bool OwnDiskStalled();

  // --- replicate.cc ---
  void SendAppends();
  void SendAppendsTo(Progress& peer);
  void SendOneAppend(Progress& peer, bool rationed);
  bool WantsCommit(const Progress& peer) const;
  void SendHeartbeats();
  void SendHeartbeat(const Progress& peer, bool quiet);

  // --- change.cc ---
  void AppendConfiguration(const Configuration& configuration);
  void ConfigurationChanged();
  bool change_uncommitted() const;
  // All that a former copy under this id may have acknowledged lies before it.
  bool has_how_it_came() const {
    return config_.bugs.vote_at_once || history_.newest().asked >= config_.member_since;
  }
  // What the commit of the newest configuration calls for.
  void FinishChange();
  void LeaveLead();
  // The newest configuration is committed, and this replica is no voter of it.
  bool is_leaving() const;

  // --- read_index.cc ---
  void BeginReadRound();
  void ConfirmReads();
  void AnswerRead(const AskedRead& read, LogIndex index);
  void PassReadsOn();
  void HandleReadIndex(const Message& message);
  void HandleReadIndexReply(const Message& message);
  void FailReads(std::vector<ReadFailed> failed);

  // --- transfer.cc ---
  NodeId BestSuccessor() const;
  void BeginTransfer(NodeId to);
  // Tells the successor to campaign once it has everything.
  void ContinueTransfer();
  void TickTransfer();

  // --- snapshot_sender.cc ---
  void BeginSnapshot(Progress& peer);
  void HandleSnapshotReply(const Message& message);
  void TickSnapshots();
  void SendChunk(Progress& peer);
  LogIndex CompactableTo(LogIndex index) const;

  // --- snapshot_receiver.cc ---
  void HandleSnapshotChunk(Message& message);
  void AcceptChunk(Message& message);
  void ReplyChunk(NodeId to, LogIndex index, uint64_t wanted, bool refused);

  // --- promises.cc ---
  // Its vote is promised to nobody but the leader it has heard.
  bool promised() const { return promised_ticks_ > 0; }
  bool BreaksPromise(const Message& message) const;
  void Promise(const Message& heartbeat, Message& reply);
  void TakePromise(const Message& reply, Progress& peer);
  void TellToCampaign(NodeId successor);

  // --- quiet.cc ---
  void MaybeGoQuiet();
  bool AllCaughtUp() const;
  bool MayGoQuiet(const Message& heartbeat) const;
  bool LeavesQuiet(const Message& message) const;
  // Something happened that a quiet group would not know of.
  void Stir();

  // --- tick.cc ---
  void TickLeader();
  void TickOther();

  // --- output.cc ---
  bool SomethingToPersist() const;
  LogIndex DeliverableTo() const;
  std::optional<Persist> TakePersist();

  const Config config_;
  Random random_;

  HardState hard_state_;
  HardState handed_out_hard_state_;
  Log log_;
  Durability durability_;
  ConfigurationHistory history_;
  LogIndex delivered_;  // the last in an Output.committed
  LogIndex applied_;

  Role role_ = Role::kFollower;
  NodeId leader_;
  // Ticks since the leader was heard; at a leader, since the quorum was checked.
  uint32_t elapsed_ = 0;
  uint32_t timeout_ = 0;  // randomised
  std::vector<std::pair<NodeId, bool>> votes_;

  // --- leader ---
  ProgressTable peers_;
  LogIndex term_start_;  // the entry this term began with
  uint32_t heartbeat_elapsed_ = 0;
  std::optional<PersistId> oldest_persist_seen_;
  LeaderReads reads_;
  NodeId transferring_to_;
  uint32_t transfer_ticks_ = 0;
  bool appends_due_ = false;
  Rations rations_;  // of learners
  bool asks_promises_ = false;
  bool told_to_campaign_ = false;  // someone, in this term

  // --- follower ---
  uint32_t promised_ticks_ = 0;  // ticks for which a promise is still to be kept
  ForwardedReads forwarded_reads_;
  struct Receiving {
    NodeId from;
    SnapshotMeta meta;
    uint64_t wanted = 0;
    bool complete = false;  // the host has it all and installs it
  };
  std::optional<Receiving> receiving_;

  // --- quiet ---
  bool quiet_ = false;
  uint32_t idle_ticks_ = 0;
  uint64_t quiet_round_ = 0;

  Output output_;  // being filled
};

}  // namespace quorate::raft
