// Leaderless replicas that this node has no more, until what they alone had is with others.
#include <algorithm>
#include <utility>

#include "node/worker.h"

namespace quorate {

void Worker::KeepFormer(PartitionId partition, Slot& slot) {
  std::unique_ptr<QuorumReplica> replica(static_cast<QuorumReplica*>(slot.replica.release()));
  shared_.former_copies.Add(partition);
  former_.emplace(partition, std::move(replica));
}

absl::Status Worker::OpenFormer(const ring::PartitionInfo& partition,
                                const ring::FrozenTopology& topology, RecoveredGroup* recovered) {
  const ring::KeyspaceInfo* keyspace = topology.FindKeyspaceOf(partition.id);
  ring::PartitionInfo alone = partition;
  alone.replicas = {shared_.options.self};
  alone.joining = alone.leaving = NodeId();
  alone.changed = Epoch();
  alone.joined.clear();
  auto replica = OpenQuorum(alone, *keyspace, topology, recovered);
  if (!replica.ok()) return replica.status();
  shared_.former_copies.Add(partition.id);
  former_.emplace(partition.id,
                  std::unique_ptr<QuorumReplica>(static_cast<QuorumReplica*>(replica->release())));
  return absl::OkStatus();
}

void Worker::HandOverFormer(bool release_log) {
  const auto topology = shared_.topology.Get();
  const bool departed = topology->FindNode(shared_.options.self) == nullptr;
  for (auto it = former_.begin(); it != former_.end();) {
    auto& [partition, copy] = *it;
    std::vector<NodeId> replicas;
    if (const ring::PartitionInfo* info = topology->FindPartition(partition); info != nullptr) {
      std::copy_if(info->replicas.begin(), info->replicas.end(), std::back_inserter(replicas),
                   [this](NodeId node) { return shared_.peers.alive(node); });
    }
    std::vector<PeerMessage> messages;
    const absl::Status status = copy.Tick(replicas, now_, messages);
    SendOfFormer(status, std::move(messages));
    if (!status.ok()) return;
    if (!copy.done()) {
      const auto index = release_log ? copy.ReleasableIndex() : LogIndex();
      if (!index.ok()) return shared_.Fail(index.status());
      if (*index > LogIndex()) shared_.log->Release(partition, *index);
      ++it;
      continue;
    }
    const PartitionId gone = partition;
    it = former_.erase(it);
    if (!departed) Delete(gone, /*moved=*/true, HardState());
    shared_.former_copies.Remove(gone);
  }
}

void Worker::ReceiveForFormer(NodeId from, PartitionId partition, std::string_view payload) {
  const auto it = former_.find(partition);
  if (it == former_.end()) return;
  std::vector<PeerMessage> messages;
  const absl::Status status = it->second.Receive(from, payload, now_, messages);
  SendOfFormer(status, std::move(messages));
}

void Worker::SendOfFormer(const absl::Status& status, std::vector<PeerMessage> messages) {
  if (!status.ok()) return shared_.Fail(status);
  for (PeerMessage& message : messages) outbox_.Add(std::move(message));
}

}  // namespace quorate
