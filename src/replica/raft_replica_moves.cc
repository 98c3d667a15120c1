// How a leader carries out what the topology wants of its group's members.
#include "base/probe.h"
#include "kv/layout.h"
#include "replica/raft_replica.h"

namespace quorate {
namespace {

// What a newcomer may still lack when it becomes a voter: little enough that nobody
// waits for it for long.
constexpr uint64_t kFilledLagEntriesMax = 64;

}  // namespace

absl::Status RaftReplica::ForgetFormerCopy(Engine& engine) {
  const kv::AppliedState& applied = state_.applied();
  if (applied == kv::AppliedState{} || applied.member_since == options_.member_since.value()) {
    return absl::OkStatus();
  }
  EngineBatch batch;
  batch.DeleteKeys(kv::PartitionBegin(options_.partition), kv::PartitionEnd(options_.partition));
  if (absl::Status gone = engine.Write(batch); !gone.ok()) return gone;
  return state_.Load();
}

void RaftReplica::DriveMove() {
  if (move_.asked == 0 || !raft_->is_leader() || !raft_->leader_ready()) return;
  const raft::Status status = raft_->status();
  const auto change = raft::ComputeNextChange(status.configuration, move_, Filled(status));
  // Refused while another is on its way; the next tick asks again.
  if (change && raft_->ProposeChange(*change).ok()) Reached<"replica: members change">();
}

std::set<NodeId> RaftReplica::Filled(const raft::Status& status) {
  std::set<NodeId> filled;
  for (const raft::PeerStatus& peer : status.peers) {
    const bool has_nearly_all = peer.match + kFilledLagEntriesMax >= status.last_index;
    // A voter that does not know how it came could give no vote, and be needed for one.
    const bool knows = peer.match >= status.configuration_index;
    if (peer.state == raft::ProgressState::kReplicate && has_nearly_all && knows) {
      filled.insert(peer.node);
    }
  }
  return filled;
}

// What is due and not sent now is looked at again with the next turn, a tick later at most.
void RaftReplica::ServeChunks(absl::Duration now) {
  while (!chunks_due_.empty() && (options_.pace == nullptr || options_.pace->MaySend(now))) {
    const raft::ChunkWanted wanted = chunks_due_.begin()->second;
    chunks_due_.erase(chunks_due_.begin());
    const size_t sent = snapshots_.Serve(wanted, *raft_);
    if (options_.pace != nullptr) options_.pace->Sent(sent);
  }
}

// Committed and not only appended: else another leader may still take it back. Who leaves
// has somebody take over first, whom the topology can name.
bool RaftReplica::MoveDone() const {
  if (move_.asked == 0 || !raft_->is_leader() || !raft_->leader_ready()) return false;
  const raft::Configuration& members = raft_->ConfigurationAt(raft_->commit_index());
  return members.IsVoter(options_.raft.self) && raft::IsDone(members, move_);
}

}  // namespace quorate
