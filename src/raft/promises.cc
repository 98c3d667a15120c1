// What a leader's lease rests on: voters that have promised to elect no other
// for a while. Source: Ongaro's thesis, 6.4.1. Unlike there, the promise is asked
// for and given by name, so that those who never asked fail over at once.
#include <algorithm>

#include "raft/impl.h"

namespace quorate::raft {

bool Raft::Impl::BreaksPromise(const Message& message) const {
  const bool vote = message.kind == MessageKind::kVote || message.kind == MessageKind::kPreVote;
  return vote && promised() && !message.force;
}

void Raft::Impl::Promise(const Message& heartbeat, Message& reply) {
  // One whose ticks are shorter than the leader's cannot promise as much.
  if (heartbeat.promise_us == 0 || heartbeat.promise_us > config_.promise_us) return;
  promised_ticks_ = config_.election_ticks;
  reply.promise_us = heartbeat.promise_us;
}

void Raft::Impl::TakePromise(const Message& reply, Progress& peer) {
  if (reply.promise_us == 0) return;
  peer.promised_round = std::max(peer.promised_round, std::min(reply.context, reads_.round()));
}

uint64_t Raft::Impl::promised_round() const {
  if (!leader_ready()) return 0;
  if (told_to_campaign_ && !config_.bugs.keep_lease_over_transfer) return 0;
  // Of the newest configuration, committed or not: whoever else could be elected
  // needs one of its majority.
  return ReachedByQuorum([](const Progress& peer) { return peer.promised_round; }, reads_.round());
}

// The message may be late, and the votes it brings are given against every
// promise: there is no lease in this term any more, even if the transfer fails.
void Raft::Impl::TellToCampaign(NodeId successor) {
  told_to_campaign_ = true;
  Send(To(successor, MessageKind::kTimeoutNow));
}

}  // namespace quorate::raft
