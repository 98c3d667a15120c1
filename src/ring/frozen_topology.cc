#include "ring/frozen_topology.h"

#include <algorithm>
#include <utility>

namespace quorate::ring {

FrozenTopology::FrozenTopology(Topology topology) : Topology(std::move(topology)) {
  by_id_.push_back(&meta);
  for (const auto& [name, keyspace] : keyspaces) {
    for (const PartitionInfo& partition : keyspace.partitions) by_id_.push_back(&partition);
  }
  std::sort(by_id_.begin(), by_id_.end(),
            [](const PartitionInfo* a, const PartitionInfo* b) { return a->id < b->id; });
}

const PartitionInfo* FrozenTopology::FindPartition(PartitionId id) const {
  const auto it = std::lower_bound(
      by_id_.begin(), by_id_.end(), id,
      [](const PartitionInfo* partition, PartitionId at) { return partition->id < at; });
  return it != by_id_.end() && (*it)->id == id ? *it : nullptr;
}

SharedTopology Freeze(Topology topology) {
  return SharedTopology(new FrozenTopology(std::move(topology)));
}

}  // namespace quorate::ring
