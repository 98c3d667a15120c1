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
  const auto change = raft::ComputeNextChange(status.configuration, move_, JoiningIsFilled(status));
  // Refused while another is on its way; the next tick asks again.
  if (change && raft_->ProposeChange(*change).ok()) Reached<"replica: members change">();
}

bool RaftReplica::JoiningIsFilled(const raft::Status& status) const {
  for (const raft::PeerStatus& peer : status.peers) {
    if (peer.node != move_.joining) continue;
    return peer.state == raft::ProgressState::kReplicate &&
           peer.match + kFilledLagEntriesMax >= status.last_index;
  }
  return false;
}

// Committed and not only appended: else another leader may still take it back.
bool RaftReplica::MoveDone() const {
  if (move_.asked == 0 || !raft_->is_leader() || !raft_->leader_ready()) return false;
  return raft::IsDone(raft_->ConfigurationAt(raft_->commit_index()), move_);
}

}  // namespace quorate
