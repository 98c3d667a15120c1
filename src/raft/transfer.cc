// Handing leadership over: thesis 3.10.
#include "base/error.h"
#include "raft/impl.h"

namespace quorate::raft {

absl::Status Raft::Impl::TransferLeadership(NodeId to) {
  if (!is_leader()) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "NOT_LEADER",
                     "only the leader hands leadership over");
  }
  if (to == config_.self) return absl::OkStatus();
  if (!to) to = BestSuccessor();
  if (!to) {
    return MakeError(absl::StatusCode::kUnavailable, "NO_SUCCESSOR",
                     "no other voter answers; start one or try again later");
  }
  if (!history_.newest().IsVoter(to) || peers_.Find(to) == nullptr) {
    return MakeError(absl::StatusCode::kInvalidArgument, "NOT_A_VOTER",
                     to.ToString() + " is no voter of this group; choose one of its voters");
  }
  // Writes would wait for it to catch up.
  if (const Progress* peer = peers_.Find(to); !peer->recently_active && !peer->active_before) {
    return MakeError(absl::StatusCode::kUnavailable, "SUCCESSOR_SILENT",
                     to.ToString() +
                         " has not answered for an election timeout: it is not there, " +
                         "or its disk ends no sync; choose another or try again later");
  }
  if (transferring_to_ == to) return absl::OkStatus();
  Stir();
  transferring_to_ = to;
  transfer_ticks_ = 0;
  ContinueTransfer();
  return absl::OkStatus();
}

NodeId Raft::Impl::BestSuccessor() const {
  const Progress* best = nullptr;
  for (NodeId voter : history_.newest().voters) {
    const Progress* peer = peers_.Find(voter);
    if (peer == nullptr || !peer->recently_active) continue;
    if (best == nullptr || peer->match > best->match) best = peer;
  }
  return best == nullptr ? NodeId() : best->node;
}

void Raft::Impl::ContinueTransfer() {
  const Progress* peer = transferring_to_ ? peers_.Find(transferring_to_) : nullptr;
  if (peer == nullptr || peer->match != log_.last_index()) return;
  TellToCampaign(transferring_to_);
}

}  // namespace quorate::raft
