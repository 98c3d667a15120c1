// Changes of membership by joint consensus: thesis 4.3; in force once appended.

#include "base/error.h"
#include "raft/impl.h"

namespace quorate::raft {
namespace {

absl::Status Refused(std::string_view reason, std::string_view message) {
  return MakeError(absl::StatusCode::kFailedPrecondition, reason, message);
}

}  // namespace

absl::StatusOr<Raft::Position> Raft::Impl::ProposeChange(const MembershipChange& change) {
  if (!is_leader()) return Refused("NOT_LEADER", "only the leader changes the members");
  if (const absl::Status valid = ValidateChange(change); !valid.ok()) return valid;
  if (transferring_to_) {
    return MakeError(absl::StatusCode::kUnavailable, "LEADER_MOVING",
                     "leadership is moving to " + transferring_to_.ToString() + "; try there");
  }
  if (!leader_ready()) {
    return Refused("LEADER_NOT_READY",
                   "the leader has not committed an entry of its term yet; try again");
  }
  if (history_.newest().joint() || change_uncommitted()) {
    return Refused("CHANGE_UNDER_WAY",
                   "another change of members is under way; try again when it has ended");
  }
  Configuration entered = ComputeEntered(history_.newest(), change);
  if (entered == history_.newest()) {
    return MakeError(absl::StatusCode::kAlreadyExists, "NO_CHANGE",
                     "the members are these already");
  }
  if (config_.bugs.skip_joint) entered = ComputeLeft(entered);
  AppendConfiguration(entered);
  const Position position{hard_state_.term, log_.last_index()};
  if (config_.bugs.changes_at_once && entered.joint()) FinishChange();
  // With fewer to ask, what is there already may be enough.
  AdvanceCommit();
  return position;
}

void Raft::Impl::AppendConfiguration(const Configuration& configuration) {
  const LogIndex index =
      AppendOwn(EntryKind::kConfiguration, Payload(EncodeConfiguration(configuration)));
  history_.Append(index, configuration);
  ConfigurationChanged();
}

void Raft::Impl::ConfigurationChanged() {
  if (!is_leader()) return;
  peers_.Follow(history_.newest().Members(), log_.last_index(), config_);
  if (transferring_to_ && !history_.newest().IsVoter(transferring_to_)) transferring_to_ = NodeId();
  appends_due_ = true;
}

bool Raft::Impl::change_uncommitted() const {
  return history_.newest_index() > log_.commit_index() && !config_.bugs.changes_at_once;
}

void Raft::Impl::FinishChange() {
  if (change_uncommitted()) return;
  const Configuration& newest = history_.newest();
  if (newest.joint()) {
    AppendConfiguration(ComputeLeft(newest));
  } else if (is_leaving()) {
    LeaveLead();
  }
}

// It has led without counting itself until its own removal was committed, and goes on
// until a voter has taken over: nobody waits for an election.
void Raft::Impl::LeaveLead() {
  if (transferring_to_) return;
  SendAppends();
  const NodeId successor = BestSuccessor();
  if (!successor) return BecomeFollower(hard_state_.term, NodeId());
  BeginTransfer(successor);
}

bool Raft::Impl::is_leaving() const {
  return !history_.newest().IsVoter(config_.self) && !history_.newest().joint() &&
         !change_uncommitted();
}

}  // namespace quorate::raft
