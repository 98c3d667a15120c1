// Handing leadership over: thesis 3.10.
#include <algorithm>

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
  BeginTransfer(to);
  return absl::OkStatus();
}

void Raft::Impl::BeginTransfer(NodeId to) {
  Stir();
  transferring_to_ = to;
  transfer_ticks_ = 0;
  ContinueTransfer();
}

NodeId Raft::Impl::BestSuccessor() const {
  const Configuration& before = history_.At(history_.newest_index().prev());
  const auto is_newcomer = [&](NodeId voter) {
    const auto& old = before.outgoing;
    return before.joint() && std::find(old.begin(), old.end(), voter) == old.end();
  };
  const Progress* best = nullptr;
  bool best_is_new = false;
  for (NodeId voter : history_.newest().voters) {
    const Progress* peer = peers_.Find(voter);
    if (peer == nullptr || !peer->recently_active) continue;
    // Who is being filled may be at it for more groups, and slow.
    const bool is_new = is_newcomer(voter);
    const bool better =
        best == nullptr || (is_new == best_is_new ? peer->match > best->match : best_is_new);
    if (!better) continue;
    best = peer;
    best_is_new = is_new;
  }
  return best == nullptr ? NodeId() : best->node;
}

void Raft::Impl::ContinueTransfer() {
  const Progress* peer = transferring_to_ ? peers_.Find(transferring_to_) : nullptr;
  if (peer == nullptr || peer->match != log_.last_index()) return;
  const bool leaving = is_leaving();
  // Nobody will tell a former member what became of its last entries, or who leads.
  if (leaving && log_.commit_index() != log_.last_index()) return;
  TellToCampaign(transferring_to_);
  if (leaving) BecomeFollower(hard_state_.term, NodeId());
}

void Raft::Impl::TickTransfer() {
  if (!transferring_to_ || ++transfer_ticks_ < config_.election_ticks) return;
  // A successor that has not taken over by now will not.
  transferring_to_ = NodeId();
  if (is_leaving()) BecomeFollower(hard_state_.term, NodeId());
}

}  // namespace quorate::raft
