// A follower's side of a snapshot: chunks in order go to the host, which stages
// and installs them. Paper, section 7.
#include <utility>

#include "base/check.h"
#include "raft/impl.h"

namespace quorate::raft {

void Raft::Impl::HandleSnapshotChunk(Message& message) {
  if (receiving_ && receiving_->complete) return;
  const SnapshotMeta& meta = message.snapshot.meta;
  if (meta.index <= log_.commit_index() || log_.Holds(meta.index, meta.term)) {
    // Nothing in it that is not here; never put an older state over a newer.
    if (meta.index > log_.commit_index()) log_.CommitTo(meta.index);
    receiving_.reset();
    ReplyMatched(message.from, log_.commit_index());
    return;
  }
  AcceptChunk(message);
}

void Raft::Impl::AcceptChunk(Message& message) {
  SnapshotChunk& chunk = message.snapshot;
  const LogIndex index = chunk.meta.index;
  if (receiving_ && index < receiving_->meta.index) return;  // a late one of an older snapshot
  const bool known = receiving_ && receiving_->meta == chunk.meta;
  if (chunk.sequence == 0 && !(known && receiving_->wanted == 1)) {
    receiving_ = Receiving{message.from, chunk.meta};
  } else if (!known) {
    ReplyChunk(message.from, index, 0, /*refused=*/true);
    return;
  }
  if (chunk.sequence > receiving_->wanted) {
    ReplyChunk(message.from, index, receiving_->wanted, /*refused=*/true);
  } else if (chunk.sequence + 1 == receiving_->wanted) {
    ReplyChunk(message.from, index, receiving_->wanted, /*refused=*/false);  // it came twice
  } else if (chunk.sequence == receiving_->wanted) {
    ++receiving_->wanted;
    receiving_->complete = chunk.last;
    // The last is answered when the whole is installed.
    if (!chunk.last) ReplyChunk(message.from, index, receiving_->wanted, /*refused=*/false);
    output_.chunks_received.push_back({message.from, std::move(chunk)});
  }
}

void Raft::Impl::ReplyChunk(NodeId to, LogIndex index, uint64_t wanted, bool refused) {
  Message reply = To(to, MessageKind::kSnapshotReply);
  reply.index = index;
  reply.context = wanted;
  reply.reject = refused;
  Send(std::move(reply));
}

Raft::Installed Raft::Impl::SnapshotInstalled(const SnapshotMeta& meta) {
  QUORATE_CHECK(meta.index >= delivered_, "an older state was put over a newer one");
  receiving_.reset();
  if (meta.term > hard_state_.term) BecomeFollower(meta.term, NodeId());
  Installed installed;
  if (log_.Holds(meta.index, meta.term)) {
    if (meta.index > log_.commit_index()) log_.CommitTo(meta.index);
  } else {
    installed.reset_log = true;
    log_.ResetTo(meta.index, meta.term);
    durability_.ResetTo(meta.index);
    history_.ResetTo(meta.index, meta.configuration);
    ConfigurationChanged();
  }
  delivered_ = meta.index;
  applied_ = meta.index;
  if (leader_ && !is_leader()) ReplyMatched(leader_, meta.index);
  return installed;
}

void Raft::Impl::SnapshotRefused(const SnapshotMeta& meta) {
  receiving_.reset();
  if (leader_ && !is_leader()) ReplyChunk(leader_, meta.index, 0, /*refused=*/true);
}

}  // namespace quorate::raft
