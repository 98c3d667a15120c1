#include "replica/raft_replica.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "base/probe.h"
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

absl::Status NotLeader(PartitionId partition, NodeId leader) {
  return MakeError(absl::StatusCode::kUnavailable, "NOT_LEADER",
                   leader ? partition.ToString() + " is led by " + leader.ToString()
                          : partition.ToString() + " has no leader at the moment");
}

void Answer(ReplyFn& reply, absl::Status status) {
  Reply answer;
  answer.status = std::move(status);
  std::move(reply)(std::move(answer));
}

}  // namespace

RaftReplica::RaftReplica(RaftReplicaOptions options, Engine& engine)
    : options_(std::move(options)),
      state_(options_.partition, engine, options_.bugs),
      snapshots_(options_.partition, engine, options_.snapshot_chunk_bytes) {}

absl::StatusOr<std::unique_ptr<RaftReplica>> RaftReplica::Open(RaftReplicaOptions options,
                                                               Engine& engine,
                                                               RecoveredGroup* recovered) {
  std::unique_ptr<RaftReplica> replica(new RaftReplica(std::move(options), engine));
  if (absl::Status loaded = replica->state_.Load(); !loaded.ok()) return loaded;
  raft::Configuration initial;
  initial.voters = replica->options_.voters;
  initial.learners = replica->options_.learners;
  std::sort(initial.voters.begin(), initial.voters.end());
  std::sort(initial.learners.begin(), initial.learners.end());
  if (replica->state_.applied().configuration.empty()) {
    const absl::Status made = replica->state_.Initialise(raft::EncodeConfiguration(initial));
    if (!made.ok()) return made;
  }
  auto plan = ComputeRestore(replica->state_.applied(), recovered, initial);
  if (!plan.ok()) return plan.status();
  replica->reset_log_at_start_ = plan->reset_log;
  replica->start_base_ = LogBase{plan->restored.base.index, plan->restored.base.term};
  replica->raft_ = std::make_unique<raft::Raft>(replica->options_.raft, std::move(plan->restored));
  return replica;
}

void RaftReplica::Tick(absl::Duration now) {
  raft_->Tick();
  proposals_.Expire(now);
  reads_.Expire(now);
}

void RaftReplica::Receive(NodeId from, std::string_view payload, absl::Duration) {
  auto message = DecodeRaftMessage(payload, from, options_.raft.self);
  if (message.ok()) raft_->Step(*std::move(message));
}

bool RaftReplica::Serves(Level level, bool write) const {
  return raft_->is_leader() || (!write && level == Level::kOne);
}

void RaftReplica::Execute(Request request, ReplyFn reply, absl::Duration) {
  if (!Serves(request.level, request.is_write())) {
    return Answer(reply, NotLeader(options_.partition, raft_->leader()));
  }
  if (request.is_write()) {
    proposals_.Queue(std::move(request), std::move(reply));
  } else if (request.level == Level::kOne) {
    std::move(reply)(Read(request));
  } else {
    reads_.Queue(std::move(request), std::move(reply));
  }
}

void RaftReplica::PeerGone(NodeId node) {
  snapshots_.Forget(node);
  raft_->Wake(/*leader_gone=*/raft_->leader() == node);
}

absl::Status RaftReplica::TransferLeadership(NodeId to) {
  if (!raft_->is_leader()) return NotLeader(options_.partition, raft_->leader());
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

void RaftReplica::Shutdown() {
  proposals_.FailAll("SHUTTING_DOWN", "the node is shutting down");
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
  proposals_.Flush(*raft_, now);
  reads_.Flush(*raft_, now);
  if (!raft_->has_output()) return false;
  raft::Output output = raft_->TakeOutput();
  if (absl::Status obeyed = Obey(output, turn); !obeyed.ok()) return obeyed;
  return true;
}

absl::Status RaftReplica::Obey(raft::Output& output, Turn& turn) {
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
  for (const raft::ReceivedChunk& received : output.chunks_received) {
    if (absl::Status installed = Install(received, turn); !installed.ok()) return installed;
  }
  if (!output.committed.empty()) {
    if (absl::Status applied = Apply(output.committed); !applied.ok()) return applied;
  }
  for (const raft::ChunkWanted& wanted : output.chunks_wanted) snapshots_.Serve(wanted, *raft_);
  for (const raft::ReadReady& ready : output.reads) reads_.Confirmed(ready);
  for (const raft::ReadFailed& failed : output.reads_failed) reads_.Failed(failed);
  ServeReads();
  return absl::OkStatus();
}

void RaftReplica::Send(std::vector<raft::Message>& messages, std::vector<PeerMessage>& out) const {
  for (const raft::Message& message : messages) {
    out.push_back(PeerMessage{message.to, options_.partition, EncodeRaftMessage(message)});
  }
}

absl::Status RaftReplica::Install(const raft::ReceivedChunk& received, Turn& turn) {
  const auto done = snapshots_.Receive(received);
  if (absl::IsInvalidArgument(done.status())) {
    raft_->SnapshotRefused(received.chunk.meta);
    return absl::OkStatus();
  }
  if (!done.ok()) return done.status();
  if (!*done) return absl::OkStatus();
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

absl::Status RaftReplica::Apply(const std::vector<LogEntry>& entries) {
  const LogIndex last = entries.back().index;
  auto results = state_.Apply(entries, raft::EncodeConfiguration(raft_->ConfigurationAt(last)));
  if (!results.ok()) return results.status();
  Acknowledge(entries, *results);
  raft_->Applied(last);
  TrimMemory();
  return absl::OkStatus();
}

void RaftReplica::Acknowledge(const std::vector<LogEntry>& entries,
                              std::vector<std::vector<kv::CommandResult>>& results) {
  if (proposals_.waiting() == 0) return;
  Receipt receipt = MakeReceipt(Level::kQuorum, Level::kQuorum);
  receipt.acked_by.push_back(options_.raft.self);
  for (const raft::PeerStatus& peer : raft_->status().peers) {
    if (peer.node != options_.raft.self && peer.match >= entries.back().index) {
      receipt.acked_by.push_back(peer.node);
    }
  }
  // A follower confirms only what it has synced; we apply only what we have.
  receipt.durable = static_cast<uint32_t>(receipt.acked_by.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    auto waiting = proposals_.TakeApplied(entries[i].index, entries[i].term);
    QUORATE_CHECK(waiting.empty() || waiting.size() == results[i].size(),
                  "every command of an entry has one result");
    for (size_t j = 0; j < waiting.size(); ++j) {
      if (!waiting[j].reply) continue;
      Reply reply;
      reply.status = results[i][j].status;
      reply.write = std::move(results[i][j]);
      reply.receipt = receipt;
      reply.receipt.asked = waiting[j].level;
      reply.receipt.achieved = waiting[j].level;
      reply.receipt.version = reply.write.version;
      std::move(waiting[j].reply)(std::move(reply));
    }
  }
}

void RaftReplica::ServeReads() {
  for (auto& [request, reply] : reads_.TakeReady(state_.applied().index)) {
    std::move(reply)(Read(request));
  }
}

Reply RaftReplica::Read(const Request& request) const {
  Reply reply;
  reply.receipt = MakeReceipt(request.level, request.level);
  if (const auto* lookup = std::get_if<Lookup>(&request.op)) {
    for (const std::string& key : lookup->keys) {
      auto record = state_.Get(key);
      if (!record.ok()) {
        reply.status = record.status();
        return reply;
      }
      if (*record) reply.receipt.version = std::max(reply.receipt.version, (*record)->version);
      reply.found.push_back(*std::move(record));
    }
    return reply;
  }
  auto page = state_.Scan(std::get<kv::Range>(request.op));
  reply.status = page.status();
  if (page.ok()) reply.page = *std::move(page);
  return reply;
}

Receipt RaftReplica::MakeReceipt(Level asked, Level achieved) const {
  Receipt receipt;
  receipt.asked = asked;
  receipt.achieved = achieved;
  receipt.mode = Mode::kRaft;
  receipt.epoch = epoch_;
  receipt.served_by = options_.raft.self;
  receipt.partition = options_.partition;
  return receipt;
}

void RaftReplica::TrimMemory() {
  if (raft_->log_bytes() <= options_.log_bytes_max) return;
  const LogIndex applied = state_.applied().index;
  const raft::Status status = raft_->status();
  // Half goes at a time, so that this is rare.
  const uint64_t kept = status.last_index - status.first_index;
  const LogIndex middle = status.first_index + kept / 2;
  raft_->Compact(std::min(applied, middle));
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
  return status;
}

}  // namespace quorate
