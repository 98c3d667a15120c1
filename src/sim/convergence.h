// Have all replicas become equal?
#pragma once

#include <string>

#include "sim/cluster.h"

namespace quorate::sim {

// Empty when every node runs, has the newest topology and no state of
// partitions that are not in it, and all replicas of each partition hold the
// same bytes at the same applied index. Else what is missing, in words.
std::string WhatDiffers(Cluster& cluster);

// Nodes that may stay dead: every partition keeps a majority without them. As
// many as there may be, chosen at random.
Nodes ChooseDead(Cluster& cluster, Random& random);

}  // namespace quorate::sim
