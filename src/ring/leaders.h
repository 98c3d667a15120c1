// Which of its replicas each arc prefers as leader.
#pragma once

#include <cstdint>
#include <vector>

#include "ring/placement.h"

namespace quorate::ring {

struct ArcReplicas {
  std::vector<uint32_t> nodes;  // by position; the one to lead, if that may be, first
  bool led_by_first = false;    // it leads today
};

// For each arc the position of its leader. Every node leads its fair share by
// weight, rounded up or down, where its replicas allow that.
std::vector<uint32_t> ComputeLeaders(const std::vector<PlacementNode>& nodes,
                                     const std::vector<ArcReplicas>& arcs);

}  // namespace quorate::ring
