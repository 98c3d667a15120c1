// Which of its replicas each arc prefers as leader.
#pragma once

#include <cstdint>
#include <vector>

#include "ring/placement.h"

namespace quorate::ring {

// `replicas`: of each arc, positions in `nodes`, the one to lead first if that
// may be. Returns for each arc the position of its leader. Every node leads its
// fair share by weight, rounded up or down, where its replicas allow that.
std::vector<uint32_t> ComputeLeaders(const std::vector<PlacementNode>& nodes,
                                     const std::vector<std::vector<uint32_t>>& replicas);

}  // namespace quorate::ring
