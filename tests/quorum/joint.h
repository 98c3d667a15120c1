// A replica that moves from n1 to n4, in tests that tell what happens meanwhile.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "cluster.h"

namespace quorate::quorum {

// n4 joins and n1 leaves, in epoch 1.
inline Cluster::Topology Joint(Cluster& cluster) {
  Cluster::Topology topology;
  topology.members = cluster.members(2);
  topology.members.epoch = Epoch(1);
  topology.members.joining = {NodeId(4), ""};
  topology.members.leaving = NodeId(1);
  topology.joined[NodeId(4)] = Epoch(1);
  return topology;
}

inline void Teach(Cluster& cluster, const Cluster::Topology& topology,
                  std::initializer_list<uint64_t> nodes) {
  for (uint64_t node : nodes) cluster.Learn(node, topology);
}

}  // namespace quorate::quorum
