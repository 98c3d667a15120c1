// A topology that is shared and changes no more, so that it can have an index.
#pragma once

#include <memory>
#include <vector>

#include "ring/topology.h"

namespace quorate::ring {

class FrozenTopology;
using SharedTopology = std::shared_ptr<const FrozenTopology>;

// Made by Freeze only and never handed out but as const: the index cannot
// fall behind what it is of. A successor is computed from a copy of the base.
class FrozenTopology : public Topology {
 public:
  FrozenTopology(const FrozenTopology&) = delete;
  FrozenTopology& operator=(const FrozenTopology&) = delete;

  // Null: dropped or not yet known. The meta partition is found too.
  const PartitionInfo* FindPartition(PartitionId id) const;
  // The keyspace that the partition is of. Null: none there, or the meta partition.
  const KeyspaceInfo* FindKeyspaceOf(PartitionId id) const;

 private:
  friend SharedTopology Freeze(Topology topology);
  explicit FrozenTopology(Topology topology);

  struct Place {
    const PartitionInfo* partition = nullptr;
    const KeyspaceInfo* keyspace = nullptr;
  };
  Place Find(PartitionId id) const;

  std::vector<Place> by_id_;
};

SharedTopology Freeze(Topology topology);

}  // namespace quorate::ring
