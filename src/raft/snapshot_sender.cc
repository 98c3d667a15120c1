// A leader's side of a snapshot: one chunk at a time, each asked of the host,
// kept until it is answered, and sent again where no answer comes.
#include <algorithm>
#include <utility>

#include "raft/impl.h"

namespace quorate::raft {

void Raft::Impl::BeginSnapshot(Progress& peer) {
  // Not for one that may be down; its next answer brings it here again.
  if (!peer.recently_active) {
    peer.BecomeProbe();
    peer.probe_sent = true;
    return;
  }
  peer.BecomeSnapshot();
  output_.chunks_wanted.push_back({peer.node, 0});
}

void Raft::Impl::SendSnapshotChunk(NodeId to, SnapshotChunk chunk) {
  Progress* peer = peers_.Find(to);
  if (peer == nullptr || peer->state != ProgressState::kSnapshot) return;
  SnapshotTransfer& transfer = peer->snapshot;
  if (transfer.sent || chunk.sequence != transfer.sequence) return;
  if (chunk.sequence == 0) transfer.index = chunk.meta.index;
  transfer.sent = std::move(chunk);
  transfer.idle_ticks = 0;
  SendChunk(*peer);
}

void Raft::Impl::SnapshotUnavailable(NodeId to) {
  Progress* peer = peers_.Find(to);
  if (peer == nullptr || peer->state != ProgressState::kSnapshot) return;
  peer->BecomeProbe();
  peer->probe_sent = true;  // until the next heartbeat's answer
}

void Raft::Impl::SendChunk(Progress& peer) {
  Message message = To(peer.node, MessageKind::kSnapshotChunk);
  message.snapshot = *peer.snapshot.sent;
  Send(std::move(message));
}

void Raft::Impl::HandleSnapshotReply(const Message& message) {
  Progress* peer = peers_.Find(message.from);
  if (peer == nullptr) return;
  peer->recently_active = true;
  SnapshotTransfer& transfer = peer->snapshot;
  if (peer->state != ProgressState::kSnapshot || !transfer.sent) return;
  if (message.index != transfer.index) return;
  if (message.reject) {
    // It lost its place, by a restart maybe: from the beginning, a little later.
    peer->BecomeProbe();
    peer->probe_sent = true;
  } else if (message.context == transfer.sequence + 1 && !transfer.sent->last) {
    ++transfer.sequence;
    transfer.sent.reset();
    transfer.idle_ticks = 0;
    output_.chunks_wanted.push_back({peer->node, transfer.sequence});
  }
}

void Raft::Impl::TickSnapshots() {
  for (Progress& peer : peers_.all()) {
    if (peer.state != ProgressState::kSnapshot || !peer.snapshot.sent) continue;
    if (++peer.snapshot.idle_ticks < config_.election_ticks) continue;
    peer.snapshot.idle_ticks = 0;
    if (peer.recently_active) {
      peer.snapshot.silent_ticks = 0;
      SendChunk(peer);
    } else if ((peer.snapshot.silent_ticks += config_.election_ticks) >=
               config_.snapshot_patience_ticks) {
      SnapshotUnavailable(peer.node);
    }
  }
}

// What follows a snapshot under way is kept for its receiver, within bounds:
// else each snapshot would be too old when it arrives.
LogIndex Raft::Impl::CompactableTo(LogIndex index) const {
  if (log_.bytes() > config_.snapshot_keep_bytes_max) return index;
  for (const Progress& peer : peers_.all()) {
    if (peer.state == ProgressState::kSnapshot && peer.snapshot.index) {
      index = std::min(index, peer.snapshot.index);
    }
  }
  return index;
}

}  // namespace quorate::raft
