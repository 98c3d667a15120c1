// Which nodes hold which arc. A pure function: the same input gives the same
// answer everywhere.
//
// What it promises, in this order:
//   - the replicas of an arc are on distinct nodes;
//   - and in as many zones as there are, as evenly as the zones' sizes allow;
//   - each node holds its fair share by weight, rounded up or down, as far as
//     the two above leave it one (a node holds an arc once, whatever its
//     weight), and likewise leads its fair share of arcs;
//   - what is already placed stays where it may;
//   - the rest goes where consistent hashing sends it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"

namespace quorate::ring {

struct PlacementNode {
  NodeId id;
  std::string zone;
  uint32_t weight = 100;  // 0 counts as 1
  // Of other keyspaces: the odd ones go where less is.
  uint64_t replicas_elsewhere = 0;
  uint64_t leaders_elsewhere = 0;
};

struct PlacementArc {
  uint64_t point = 0;            // on the hash ring
  std::vector<NodeId> replicas;  // today, the preferred leader first; none if new
};

struct PlacementInput {
  std::vector<PlacementNode> nodes;  // distinct ids, in any order
  std::vector<PlacementArc> arcs;
  uint32_t replicas = 1;  // of each arc; 1 to nodes.size()
};

// For each arc its replicas, the preferred leader first.
std::vector<std::vector<NodeId>> ComputePlacement(const PlacementInput& given);

}  // namespace quorate::ring
