// What a change of nodes would move, from the topologies before and after it: as the
// change itself sets the targets (moves.h), so what is shown is what will be done.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "ring/topology.h"

namespace quorate::ring {

// One replica's way; zero `from` or `to`: there is one more, or one fewer.
struct PlannedMove {
  PartitionId partition;
  std::string keyspace;  // empty: the meta group
  NodeId from;
  NodeId to;
  friend bool operator==(const PlannedMove&, const PlannedMove&) = default;
};

// Replicas, the meta group's among them. What moves already counts as being there.
struct PlannedLoad {
  NodeInfo node;
  uint32_t before = 0;
  uint32_t after = 0;
};

struct MovePlan {
  std::vector<PlannedMove> moves;
  std::vector<PlannedLoad> loads;  // of the nodes of both, by id
  // The fewest copies by which each node that stays would have its fair share.
  uint32_t moves_min = 0;
};

MovePlan ComputePlan(const Topology& before, const Topology& after);

}  // namespace quorate::ring
