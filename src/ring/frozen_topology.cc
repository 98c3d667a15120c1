#include "ring/frozen_topology.h"

#include <algorithm>
#include <utility>

namespace quorate::ring {

FrozenTopology::FrozenTopology(Topology topology) : Topology(std::move(topology)) {
  by_id_.push_back({&meta, nullptr});
  for (const auto& [name, keyspace] : keyspaces) {
    for (const PartitionInfo& partition : keyspace.partitions) {
      by_id_.push_back({&partition, &keyspace});
    }
  }
  std::sort(by_id_.begin(), by_id_.end(),
            [](const Place& a, const Place& b) { return a.partition->id < b.partition->id; });
}

FrozenTopology::Place FrozenTopology::Find(PartitionId id) const {
  const auto it =
      std::lower_bound(by_id_.begin(), by_id_.end(), id,
                       [](const Place& place, PartitionId at) { return place.partition->id < at; });
  return it != by_id_.end() && it->partition->id == id ? *it : Place();
}

const PartitionInfo* FrozenTopology::FindPartition(PartitionId id) const {
  return Find(id).partition;
}

const KeyspaceInfo* FrozenTopology::FindKeyspaceOf(PartitionId id) const {
  return Find(id).keyspace;
}

SharedTopology Freeze(Topology topology) {
  return SharedTopology(new FrozenTopology(std::move(topology)));
}

}  // namespace quorate::ring
