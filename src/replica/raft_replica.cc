#include "replica/raft_replica.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/crash_point.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/probe.h"
#include "kv/record.h"
#include "replica/old_disk_image.h"
#include "replica/raft_codec.h"
#include "replica/restore.h"

namespace quorate {
namespace {

// A transfer to a follower further behind than this would stop writes for long.
constexpr uint64_t kTransferLagEntriesMax = 4096;

std::string_view RoleName(raft::Role role, bool learner) {
  switch (role) {
    case raft::Role::kLeader:
      return "leader";
    case raft::Role::kPreCandidate:
    case raft::Role::kCandidate:
      return "candidate";
    case raft::Role::kFollower:
      return learner ? "learner" : "follower";
  }
  return "follower";
}

}  // namespace

RaftReplica::RaftReplica(RaftReplicaOptions options, Engine& engine, LogClock clock)
    : options_(std::move(options)),
      state_(options_.partition, engine, options_.bugs),
      clock_(clock),
      snapshots_({options_.partition, options_.snapshot_chunk_bytes, options_.expired,
                  options_.bugs, options_.member_since.value()},
                 engine) {
  options_.raft.member_since = options_.member_since.value();
}

absl::StatusOr<std::unique_ptr<RaftReplica>> RaftReplica::Open(RaftReplicaOptions options,
                                                               Engine& engine,
                                                               RecoveredGroup* recovered,
                                                               LogClock clock) {
  std::unique_ptr<RaftReplica> replica(new RaftReplica(std::move(options), engine, clock));
  if (absl::Status loaded = replica->state_.Load(); !loaded.ok()) return loaded;
  if (absl::Status forgot = replica->ForgetFormerCopy(engine); !forgot.ok()) return forgot;
  raft::Configuration initial;
  initial.voters = replica->options_.voters;
  initial.learners = replica->options_.learners;
  std::sort(initial.voters.begin(), initial.voters.end());
  std::sort(initial.learners.begin(), initial.learners.end());
  if (replica->state_.applied().configuration.empty()) {
    const uint64_t since = replica->options_.member_since.value();
    if (initial.IsLearner(replica->options_.raft.self)) {
      replica->state_.AwaitFilling(raft::EncodeConfiguration(initial), since);
    } else {
      const absl::Status made =
          replica->state_.Initialise(raft::EncodeConfiguration(initial), since);
      if (!made.ok()) return made;
    }
  }
  kv::AppliedState applied = replica->state_.applied();
  if (replica->options_.raft.bugs.trust_log_tail) applied.by_entries = false;
  auto plan = ComputeRestore(applied, recovered, initial);
  if (!plan.ok()) return plan.status();
  replica->reset_log_at_start_ = plan->reset_log;
  replica->start_base_ = LogBase{plan->restored.base.index, plan->restored.base.term};
  replica->raft_ = std::make_unique<raft::Raft>(replica->options_.raft, std::move(plan->restored));
  return replica;
}

void RaftReplica::Tick(absl::Duration now) {
  now_ = now;
  raft_->Tick();
  DriveMove();
  if (snapshots_.Holds()) snapshots_.HoldOnlyFor(raft_->status().peers);
  apply_asked_ = true;
  leaderless_ticks_ = raft_->leader() ? 0 : leaderless_ticks_ + 1;
  if (leaderless_ticks_ == options_.raft.election_ticks) GiveUpWithoutLeader();
  Expire(now);
}

void RaftReplica::GiveUpWithoutLeader() {
  proposals_.FailBegun("LEADER_CHANGED",
                       "the leadership was lost while the write was under way, and nobody has "
                       "taken over within an election timeout");
  reads_.FailWaiting();
}

void RaftReplica::Expire(absl::Duration now) {
  proposals_.Expire(now);
  held_.Expire(now);
  reads_.Expire(now);
}

void RaftReplica::Receive(NodeId from, std::string_view payload, absl::Duration) {
  auto message = DecodeRaftMessage(payload, from, options_.raft.self);
  if (message.ok()) raft_->Step(*std::move(message));
}

Growth RaftReplica::GrowthIn(std::string_view payload) const {
  const auto message = DecodeRaftMessage(payload, options_.raft.self, options_.raft.self);
  if (!message.ok()) return Growth::kNone;
  if (!message->snapshot.data.empty()) return Growth::kCatchUp;
  return message->entries.empty() ? Growth::kNone : Growth::kWrites;
}

bool RaftReplica::Serves(Level level, bool write) const {
  if (raft_->is_leader()) return true;
  if (write) return false;
  // The others need no leader, or say themselves that there is none.
  if (level == Level::kLease) return false;
  const bool through_leader = level == Level::kLinearizable || level == Level::kQuorum;
  return !through_leader || raft_->leader();
}

void RaftReplica::Execute(Request request, ReplyFn reply, absl::Duration now) {
  if (apply_failed_.ok()) apply_failed_ = ApplyCommitted(now);
  if (request.is_write()) return ExecuteWrite(std::move(request), std::move(reply));
  ExecuteRead(std::move(request), std::move(reply), now);
}

void RaftReplica::PeerGone(NodeId node, absl::Duration) {
  LoseVoter(node);
  raft_->Wake(/*leader_gone=*/raft_->leader() == node);
}

absl::Status RaftReplica::TransferLeadership(NodeId to) {
  if (!raft_->is_leader()) return NotLeader();
  if (to) {
    const raft::Status status = raft_->status();
    for (const raft::PeerStatus& peer : status.peers) {
      if (peer.node == to && peer.match + kTransferLagEntriesMax < status.last_index) {
        return MakeError(absl::StatusCode::kFailedPrecondition, "TARGET_BEHIND",
                         to.ToString() + " is " + std::to_string(status.last_index - peer.match) +
                             " entries behind in " + options_.partition.ToString() +
                             "; wait until it has caught up");
      }
    }
  }
  return raft_->TransferLeadership(to);
}

bool RaftReplica::busy() const {
  return proposals_.queued() || proposals_.waiting() > 0 || !held_.empty() || !reads_.empty();
}

void RaftReplica::Shutdown() {
  proposals_.FailAll("SHUTTING_DOWN", "the node is shutting down");
  held_.FailAll("SHUTTING_DOWN", "the node is shutting down");
  reads_.FailAll("SHUTTING_DOWN", "the node is shutting down");
}

absl::StatusOr<bool> RaftReplica::Collect(Turn& turn, absl::Duration now) {
  if (std::exchange(reset_log_at_start_, false)) {
    GroupWrite write;
    write.partition = options_.partition;
    write.reset = start_base_;
    write.hard_state = raft_->status().hard_state;
    turn.writes.push_back(std::move(write));
  }
  if (!apply_failed_.ok()) return apply_failed_;
  if (absl::Status applied = ApplyIfDue(now); !applied.ok()) return applied;
  if (TimeIsDue(now)) time_proposed_ = proposals_.ProposeTime(*raft_, clock_.At(now));
  proposals_.Flush(*raft_, now, clock_.At(now));
  reads_.Flush(*raft_, now);
  ServeChunks(now);
  if (options_.pace != nullptr) raft_->FeedLearners(options_.pace->LeftBytes(now));
  if (!raft_->has_output()) {
    NoteRound(now);
    return false;
  }
  raft::Output output = raft_->TakeOutput();
  if (options_.pace != nullptr && output.fed_bytes > 0) options_.pace->SentOfLog(output.fed_bytes);
  if (absl::Status obeyed = Obey(output, turn, now); !obeyed.ok()) return obeyed;
  return true;
}

absl::Status RaftReplica::Obey(raft::Output& output, Turn& turn, absl::Duration now) {
  if (output.lost_tail) {
    return ForgottenEntries(options_.raft.self, options_.partition, output.lost_tail->leader,
                            output.lost_tail->acknowledged, raft_->last_index());
  }
  if (output.persist) {
    GroupWrite write;
    write.partition = options_.partition;
    write.hard_state = output.persist->hard_state;
    write.entries = std::move(output.persist->entries);
    turn.writes.push_back(std::move(write));
    turn.persist_token = output.persist->id.value;
  }
  Send(output.messages, turn.sends);
  Send(output.messages_after_sync, turn.sends_after_sync);
  for (const raft::ReadReady& ready : output.reads) {
    if (options_.replica_bugs.bound_from_receipt) reads_.Redate(ready.read_id, now);
    reads_.Confirmed(ready);
  }
  for (const raft::ReadFailed& failed : output.reads_failed) reads_.Failed(failed);
  // A snapshot takes the place of what is applied by then.
  apply_asked_ = apply_asked_ || !output.chunks_received.empty() || !output.chunks_wanted.empty();
  if (absl::Status applied = ApplyIfDue(now); !applied.ok()) return applied;
  for (const raft::ReceivedChunk& received : output.chunks_received) {
    if (absl::Status installed = Install(received, turn); !installed.ok()) return installed;
  }
  TakeCommitted(output.committed);
  if (absl::Status applied = ApplyIfDue(now); !applied.ok()) return applied;
  for (const raft::ChunkWanted& wanted : output.chunks_wanted) chunks_due_[wanted.to] = wanted;
  ServeChunks(now);
  AnswerHeldByAll(now);
  ServeReads(now);
  return absl::OkStatus();
}

void RaftReplica::Send(std::vector<raft::Message>& messages, std::vector<PeerMessage>& out) const {
  for (const raft::Message& message : messages) {
    out.push_back(PeerMessage{message.to, options_.partition, EncodeRaftMessage(message)});
  }
}

absl::Status RaftReplica::Install(const raft::ReceivedChunk& received, Turn& turn) {
  const auto done = snapshots_.Receive(received);
  // A full disk: it is asked for anew, and comes when there is room.
  if (absl::IsInvalidArgument(done.status()) || absl::IsResourceExhausted(done.status())) {
    raft_->SnapshotRefused(received.chunk.meta);
    return absl::OkStatus();
  }
  if (!done.ok()) return done.status();
  if (!*done) return absl::OkStatus();
  CrashPoint<"snapshot-after-install">();
  if (absl::Status loaded = state_.Load(); !loaded.ok()) return loaded;
  proposals_.SkipTo(received.chunk.meta.index);
  if (raft_->SnapshotInstalled(received.chunk.meta).reset_log) {
    Reached<"replica: a snapshot replaced state and log">();
    GroupWrite write;
    write.partition = options_.partition;
    write.reset = LogBase{received.chunk.meta.index, received.chunk.meta.term};
    turn.writes.push_back(std::move(write));
  }
  return absl::OkStatus();
}

// Writes bring the time along; an entry of its own is for when there are none.
bool RaftReplica::TimeIsDue(absl::Duration now) const {
  return state_.next_expiry_us() <= clock_.At(now) && raft_->is_leader() &&
         time_proposed_ <= state_.applied().index && !proposals_.queued();
}

absl::StatusOr<LogIndex> RaftReplica::ReleasableIndex() {
  auto durable = state_.Durable();
  if (!durable.ok()) return durable.status();
  if (options_.expired != nullptr) {
    options_.expired->SetDurable(options_.partition, durable->time_us);
  }
  return durable->index;
}

absl::StatusOr<HeldRecord> RaftReplica::Inspect(std::string_view key) const {
  const auto record = state_.Get(key);
  if (!record.ok()) return record.status();
  HeldRecord held;
  if (!*record) return held;
  const kv::StoredValue stored{(*record)->version, (*record)->value, (*record)->expires_at_us};
  held.held = true;
  held.version = stored.version;
  held.expires_at_us = stored.expires_at_us;
  held.bytes = stored.value.size();
  held.digest = Hash64(kv::EncodeStored(key, stored));
  return held;
}

ReplicaStatus RaftReplica::status() const {
  const raft::Status raft = raft_->status();
  ReplicaStatus status;
  status.partition = options_.partition;
  status.node = options_.raft.self;
  status.role = RoleName(raft.role, raft.configuration.IsLearner(options_.raft.self));
  status.leader = raft.leader;
  status.term = raft.hard_state.term.value();
  status.last_index = raft.last_index.value();
  status.commit_index = raft.commit_index.value();
  status.applied_index = state_.applied().index.value();
  status.log_first_index = raft.first_index.value();
  status.log_bytes = raft_->log_bytes();
  status.quiet = raft.quiet;
  if (raft.role == raft::Role::kLeader && joining_) {
    const FillProgress sent = snapshots_.SentTo(joining_);
    status.filling = joining_;
    status.filling_since = now_ - move_begun_;
    status.filled_bytes = sent.sent_bytes();
    status.fill_bytes = sent.total_bytes();
  }
  return status;
}

}  // namespace quorate
