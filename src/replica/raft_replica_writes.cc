// How a raft replica answers writes: at ONE when its own log has them, at QUORUM
// when they are applied, at ALL when every voter's log has them.
#include <algorithm>
#include <string>
#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "base/strings.h"
#include "replica/raft_replica.h"

namespace quorate {
namespace {

// Its result is known only once it is applied.
bool NeedsResult(const kv::Command& command) {
  if (command.action != kv::Command::Action::kMutate) return true;
  return std::any_of(command.mutations.begin(), command.mutations.end(), [](const auto& mutation) {
    return mutation.condition.kind != kv::Condition::Kind::kNone ||
           mutation.action == kv::Mutation::Action::kAdd;
  });
}

absl::Status NotAtOne() {
  return MakeError(absl::StatusCode::kInvalidArgument, "LEVEL_UNSUPPORTED",
                   "a write with a condition, or an addition, at ONE: what comes of it is known "
                   "only once it is committed; use QUORUM or ALL");
}

}  // namespace

void RaftReplica::ExecuteWrite(Request request, ReplyFn reply) {
  absl::Status refused;
  if (!raft_->is_leader()) refused = NotLeader();
  if (request.level == Level::kOne && NeedsResult(std::get<kv::Command>(request.op))) {
    refused = NotAtOne();
  }
  for (const kv::Mutation& mutation : std::get<kv::Command>(request.op).mutations) {
    if (refused.ok()) refused = kv::CheckInOneOrder(mutation);
  }
  if (refused.ok()) return proposals_.Queue(std::move(request), std::move(reply));
  Reply answer;
  answer.status = std::move(refused);
  std::move(reply)(std::move(answer));
}

absl::Status RaftReplica::NotLeader() const {
  const NodeId leader = raft_->leader();
  return MakeError(absl::StatusCode::kUnavailable, "NOT_LEADER",
                   leader ? options_.partition.ToString() + " is led by " + leader.ToString()
                          : options_.partition.ToString() + " has no leader at the moment");
}

void RaftReplica::Persisted(uint64_t token, absl::Duration now) {
  raft_->Persisted(raft::PersistId{token});
  AnswerDurable(now);
}

// Level ONE: this log has it, and may be the only one.
void RaftReplica::AnswerDurable(absl::Duration now) {
  if (!raft_->is_leader()) return;
  for (auto& [position, write] : proposals_.TakeDurable(raft_->durable_index(), now)) {
    Reply reply;
    reply.timings = write.TimingsAt(now);
    if (raft_->TermAt(position.index) != position.term) {
      reply.status = MakeError(absl::StatusCode::kUnavailable, "LEADER_CHANGED",
                               "another leader's entry took the write's place in the log; it was "
                               "not applied and may be sent again");
      std::move(write.reply)(std::move(reply));
      continue;
    }
    reply.receipt = MakeReceipt(Level::kOne, Level::kOne);
    reply.receipt.position = {position.term, position.index};
    reply.receipt.acked_by = {options_.raft.self};
    reply.receipt.durable = 1;
    reply.write.results.resize(write.mutations);
    std::move(write.reply)(std::move(reply));
  }
}

void RaftReplica::Acknowledge(const std::vector<LogEntry>& entries,
                              std::vector<std::vector<kv::CommandResult>>& results,
                              absl::Duration now) {
  if (proposals_.waiting() == 0) return;
  Receipt receipt = MakeReceipt(Level::kQuorum, Level::kQuorum);
  receipt.acked_by.push_back(options_.raft.self);
  for (const raft::PeerStatus& peer : raft_->status().peers) {
    const bool has = peer.match >= entries.back().index || options_.replica_bugs.receipt_counts_all;
    if (peer.node != options_.raft.self && has) {
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
      reply.timings = waiting[j].TimingsAt(now);
      reply.receipt.asked = waiting[j].level;
      // At ONE only what had to wait for more.
      const bool more = waiting[j].level == Level::kOne;
      reply.receipt.achieved = more ? Level::kQuorum : waiting[j].level;
      reply.receipt.version = reply.write.version;
      reply.receipt.position = {entries[i].term, entries[i].index};
      if (waiting[j].level == Level::kAll && reply.status.ok()) {
        held_.Add(entries[i].index, waiting[j].deadline, now, std::move(reply),
                  std::move(waiting[j].reply));
        continue;
      }
      std::move(waiting[j].reply)(std::move(reply));
    }
  }
}

void RaftReplica::LoseVoter(NodeId node) {
  if (held_.empty()) return;
  const raft::Status status = raft_->status();
  if (!status.configuration.IsVoter(node)) return;
  for (const raft::PeerStatus& peer : status.peers) {
    if (peer.node == node) held_.Lose(node, peer.match);
  }
}

// Level ALL: every voter's log has it.
void RaftReplica::AnswerHeldByAll(absl::Duration now) {
  if (held_.empty()) return;
  if (!raft_->is_leader()) {
    return held_.FailAll("LEADER_CHANGED",
                         "the write is committed, but whether all replicas have it on disk is no "
                         "longer known here");
  }
  const raft::Status status = raft_->status();
  LogIndex all = status.durable_index;
  for (const raft::PeerStatus& peer : status.peers) {
    if (!status.configuration.IsVoter(peer.node)) continue;
    all = std::min(all, peer.match);
  }
  std::vector<NodeId> voters = status.configuration.voters;
  // A leader that is about to go has it, too.
  const NodeId self = options_.raft.self;
  if (std::find(voters.begin(), voters.end(), self) == voters.end()) voters.push_back(self);
  held_.Answer(all, voters, now);
}

}  // namespace quorate
