// Replicas that come to this node and go from it.
#include <utility>

#include "base/probe.h"
#include "kv/layout.h"
#include "node/worker.h"

namespace quorate {
namespace {

constexpr absl::Duration kTellAgain = absl::Seconds(1);
constexpr absl::Duration kMoveOverAfter = absl::Seconds(1);

}  // namespace

bool Worker::ServesHere(const Slot& slot, Level level, bool write) {
  return (!slot.joining || slot.replica->leading()) && slot.replica->Serves(level, write);
}

void Worker::DropGone(const ring::FrozenTopology& topology) {
  std::vector<PartitionId> gone;
  for (const auto& [partition, slot] : slots_) {
    const ring::PartitionInfo* info = topology.FindPartition(partition);
    if (info == nullptr || !info->BelongsOn(shared_.options.self)) gone.push_back(partition);
  }
  for (PartitionId partition : gone) {
    const bool moved = topology.FindPartition(partition) != nullptr;
    if (moved) Reached<"node: a replica has moved away">();
    Remove(partition, moved);
  }
  for (auto it = former_.begin(); it != former_.end();) {
    const PartitionId partition = it->first;
    const bool dropped = topology.FindPartition(partition) == nullptr;
    it = dropped ? former_.erase(it) : std::next(it);
    if (!dropped) continue;
    shared_.former_copies.Remove(partition);
    Delete(partition, /*moved=*/false, HardState());
  }
  for (auto it = retired_.begin(); it != retired_.end();) {
    const bool dropped = topology.FindPartition(it->first) == nullptr;
    it = dropped ? retired_.erase(it) : std::next(it);
  }
}

void Worker::Remove(PartitionId partition, bool moved) {
  const auto it = slots_.find(partition);
  if (it == slots_.end()) return;
  it->second.replica->Shutdown();
  outbox_.Forget(partition);
  shared_.edges.expired.Forget(partition);
  const bool leaderless = it->second.replica->quorum_status(now_).has_value();
  const HardState kept = it->second.replica->hard_state();
  if (moved && leaderless) KeepFormer(partition, it->second);
  slots_.erase(it);
  const bool departed = shared_.topology.Get()->FindNode(shared_.options.self) == nullptr;
  // Who was let go unheard deletes nothing.
  if ((moved && leaderless) || departed) return;
  Delete(partition, moved, kept);
}

void Worker::Delete(PartitionId partition, bool moved, const HardState& kept) {
  GroupWrite write;
  write.partition = partition;
  write.remove = true;
  if (moved) write = Retired(partition, kept);
  EngineBatch batch;
  batch.DeleteKeys(kv::PartitionBegin(partition), kv::PartitionEnd(partition));
  if (absl::Status dropped = shared_.edges.engine.Write(batch); !dropped.ok()) {
    return shared_.Fail(dropped);
  }
  writes_.push_back(std::move(write));
}

// Its vote stays given, should the replica come back in the same term.
GroupWrite Worker::Retired(PartitionId partition, const HardState& kept) {
  retired_[partition] = kept;
  ++shared_.forgetting;
  ++forgotten_;
  GroupWrite write;
  write.partition = partition;
  write.reset = LogBase{};
  write.hard_state = kept;
  return write;
}

void Worker::Retire(const RecoveredGroup& group) {
  writes_.push_back(Retired(group.partition, group.hard_state));
}

void Worker::AwaitForgotten(LogTicket ticket) {
  if (forgotten_ > 0) forgetting_.emplace_back(ticket, std::exchange(forgotten_, 0));
}

void Worker::NoteForgotten(const SyncProof& proof) {
  for (; !forgetting_.empty() && forgetting_.front().CoveredBy(proof); forgetting_.pop_front()) {
    shared_.forgetting -= *std::move(forgetting_.front()).Open(proof);
  }
}

HardState Worker::TakeRetired(PartitionId partition) {
  const auto it = retired_.find(partition);
  if (it == retired_.end() || shared_.options.bugs.forget_vote_on_move) return HardState();
  Reached<"node: a replica that had moved away comes back">();
  const HardState kept = it->second;
  retired_.erase(it);
  return kept;
}

void Worker::ShareWithClients() {
  if (std::exchange(moved_bytes_seen_, pace_.all_bytes()) != pace_.all_bytes()) moved_ = now_;
  pace_.SetShare(move_share_.EndMoment(now_ - moved_ < kMoveOverAfter));
}

void Worker::WatchMove(PartitionId partition, Slot& slot) {
  if (partition == kMetaPartition && slot.replica->leading()) shared_.plan_changes(now_);
  if (!slot.replica->MoveDone() || now_ - slot.move_told < kTellAgain) return;
  slot.move_told = now_;
  shared_.move_done(partition, slot.moving_since);
}

}  // namespace quorate
