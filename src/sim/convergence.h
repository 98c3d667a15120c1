// Have all replicas become equal?
#pragma once

#include <string>

#include "sim/cluster.h"

namespace quorate::sim {

// Empty when every node runs, has the newest topology and no state of
// partitions that are not in it, and all replicas of each partition hold the
// same bytes at the same applied index. Else what is missing, in words.
std::string WhatDiffers(Cluster& cluster);

// A majority of the partition's voters is left without the dead.
// `learners`: so many of each partition's replicas, the last ones, don't count.
bool KeepsMajority(const ring::PartitionInfo& partition, uint32_t learners, const Nodes& dead);

// Nodes that may stay dead besides those that are `killed`: every partition there is
// keeps a majority. As many as there may be, chosen at random.
Nodes ChooseDead(Cluster& cluster, uint32_t learners, const Nodes& killed, Random& random);

}  // namespace quorate::sim
