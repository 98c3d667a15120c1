// What a leader sends: appends and heartbeats.
#include <algorithm>
#include <utility>

#include "raft/impl.h"

namespace quorate::raft {

void Raft::Impl::SendAppends() {
  appends_due_ = false;
  for (Progress& peer : peers_.all()) SendAppendsTo(peer);
}

void Raft::Impl::SendAppendsTo(Progress& peer) {
  const bool rationed = history_.newest().IsLearner(peer.node);
  while (peer.CanAppend()) {
    const bool due =
        peer.next <= log_.last_index() || peer.nudge || peer.state == ProgressState::kProbe;
    if (!due) return;
    if (peer.next < log_.first_index()) {
      BeginSnapshot(peer);
      return;
    }
    if (rationed && rations_.exhausted()) return rations_.Await();
    SendOneAppend(peer, rationed);
  }
}

void Raft::Impl::FeedLearners(uint64_t bytes) {
  if (rations_.Grant(bytes) && is_leader()) appends_due_ = true;
}

void Raft::Impl::SendOneAppend(Progress& peer, bool rationed) {
  Message append = To(peer.node, MessageKind::kAppend);
  append.index = peer.next.prev();
  append.log_term = log_.TermAt(append.index);
  append.commit = log_.commit_index();
  const uint64_t bytes_max =
      rationed ? std::min(rations_.left(), config_.append_bytes_max) : config_.append_bytes_max;
  append.entries = log_.Slice(peer.next, log_.last_index(), bytes_max);
  uint64_t bytes = 0;
  for (const LogEntry& entry : append.entries) bytes += EntryBytes(entry);
  if (rationed) rations_.Took(bytes);
  const LogIndex last = append.index + append.entries.size();
  peer.Sent(last, bytes);
  peer.commit_told = std::min(append.commit, last);
  Send(std::move(append));
}

bool Raft::Impl::commit_untold() const {
  return is_leader() && !quiet_ &&
         std::any_of(peers_.all().begin(), peers_.all().end(),
                     [this](const Progress& peer) { return WantsCommit(peer); });
}

// What is probed or brought a snapshot hears of it by other ways.
bool Raft::Impl::WantsCommit(const Progress& peer) const {
  return peer.state == ProgressState::kReplicate && peer.commit_told < log_.commit_index();
}

void Raft::Impl::TellCommit() {
  if (!commit_untold()) return;
  for (Progress& peer : peers_.all()) {
    if (!WantsCommit(peer)) continue;
    Message told = To(peer.node, MessageKind::kCommit);
    told.index = log_.commit_index();
    told.log_term = log_.TermAt(told.index);
    peer.commit_told = told.index;
    Send(std::move(told));
  }
}

void Raft::Impl::SendHeartbeats() {
  heartbeat_elapsed_ = 0;
  if (asks_promises_) reads_.NewRound();
  for (const Progress& peer : peers_.all()) SendHeartbeat(peer, /*quiet=*/false);
}

void Raft::Impl::SendHeartbeat(const Progress& peer, bool quiet) {
  Message heartbeat = To(peer.node, MessageKind::kHeartbeat);
  heartbeat.commit = std::min(peer.match, log_.commit_index());
  heartbeat.context = reads_.round();
  heartbeat.quiet = quiet;
  // A group that goes quiet has no use for a lease.
  if (asks_promises_ && !quiet) heartbeat.promise_us = config_.promise_us;
  Send(std::move(heartbeat));
}

}  // namespace quorate::raft
