// Groups with nothing to do stop their clocks: no heartbeats flow and no
// election timer runs until something stirs. A thousand idle partitions then
// cost nothing; the host watches the nodes instead.
#include "raft/impl.h"

namespace quorate::raft {

void Raft::Impl::MaybeGoQuiet() {
  if (config_.quiet_after_ticks == 0 || idle_ticks_ < config_.quiet_after_ticks) return;
  if (!AllCaughtUp()) return;
  // A round of its own tells the answers to this from those to earlier heartbeats.
  quiet_round_ = reads_.NewRound();
  quiet_ = true;
  for (const Progress& peer : peers_.all()) SendHeartbeat(peer, /*quiet=*/true);
}

bool Raft::Impl::AllCaughtUp() const {
  const LogIndex last = log_.last_index();
  if (!leader_ready() || log_.commit_index() != last || durability_.index() != last) return false;
  if (!reads_.empty() || transferring_to_ || history_.newest().joint()) return false;
  for (const Progress& peer : peers_.all()) {
    if (peer.state != ProgressState::kReplicate || peer.match != last) return false;
    if (!peer.recently_active) return false;
  }
  return true;
}

bool Raft::Impl::MayGoQuiet(const Message& heartbeat) const {
  return role_ == Role::kFollower && log_.last_index() == heartbeat.commit &&
         durability_.index() == heartbeat.commit && forwarded_reads_.empty() && !receiving_;
}

bool Raft::Impl::LeavesQuiet(const Message& message) const {
  if (!quiet_) return false;
  if (message.term > hard_state_.term) return true;
  switch (message.kind) {
    case MessageKind::kHeartbeat:
      return !message.quiet && message.context >= quiet_round_;
    case MessageKind::kHeartbeatReply:
      return !message.quiet && message.context >= quiet_round_;  // it did not go quiet
    case MessageKind::kAppendReply:
      return false;  // all have everything: this is late
    case MessageKind::kCommit:
      return message.index > log_.last_index();
    case MessageKind::kAppend:
      return message.index + message.entries.size() > log_.last_index();
    default:
      return true;
  }
}

void Raft::Impl::Stir() {
  idle_ticks_ = 0;
  if (quiet_) Wake(false);
}

void Raft::Impl::Wake(bool leader_gone) {
  const bool was_quiet = quiet_;
  quiet_ = false;
  idle_ticks_ = 0;
  if (is_leader()) {
    if (!was_quiet) return;
    elapsed_ = 0;
    oldest_persist_seen_.reset();
    for (Progress& peer : peers_.all()) peer.recently_active = true;
    reads_.NewRound();
    SendHeartbeats();
    return;
  }
  if (was_quiet) elapsed_ = 0;
  if (leader_gone && leader_) {
    SetLeader(NodeId());
    if (config_.bugs.drop_promise_with_connection) promised_ticks_ = 0;
    RestartElectionTimer();
    // As soon as no promise is to be kept, but not all of us in the same tick.
    elapsed_ = config_.election_ticks - promised_ticks_;
  }
}

}  // namespace quorate::raft
