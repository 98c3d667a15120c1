#include "node/sweep.h"

#include <string>

#include "kv/layout.h"

namespace quorate {
namespace {

bool Holds(const ring::FrozenTopology& topology, NodeId self, PartitionId partition) {
  const ring::PartitionInfo* info = topology.FindPartition(partition);
  return info != nullptr && info->BelongsOn(self);
}

}  // namespace

bool IsLeaderless(const ring::FrozenTopology& topology, PartitionId partition) {
  const ring::KeyspaceInfo* keyspace = topology.FindKeyspaceOf(partition);
  return keyspace != nullptr && keyspace->mode == Mode::kQuorum;
}

absl::StatusOr<std::set<PartitionId>> SweepDropped(const ring::FrozenTopology& topology,
                                                   NodeId self, Engine& engine) {
  // Who was let go unheard deletes nothing.
  const bool departed = topology.FindNode(self) == nullptr;
  std::set<PartitionId> former;
  std::string from = kv::PartitionBegin(PartitionId());
  const std::string end(16, '\xff');
  while (true) {
    const auto found = engine.Scan(from, end);
    if (!found->status().ok()) return found->status();
    if (!found->Valid()) return former;
    const PartitionId partition = kv::PartitionOf(found->key());
    from = kv::PartitionEnd(partition);
    if (Holds(topology, self, partition)) continue;
    const bool leaderless = IsLeaderless(topology, partition);
    if (leaderless) former.insert(partition);
    if (leaderless || departed) continue;
    EngineBatch batch;
    batch.DeleteKeys(kv::PartitionBegin(partition), from);
    if (absl::Status deleted = engine.Write(batch); !deleted.ok()) return deleted;
  }
}

}  // namespace quorate
