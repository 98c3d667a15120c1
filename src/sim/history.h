// The run's operations in the form that the checkers take.
#pragma once

#include <deque>
#include <vector>

#include "check/history.h"
#include "sim/cluster.h"
#include "sim/op.h"

namespace quorate::sim {

// Key by key; a key's name begins with its partition's. Reads at ONE promise
// no order and are left out (the oracle judges them).
check::History MakeHistory(const std::deque<Op>& operations);

// What happened to keys of `partitions` only: those that are still there.
check::History Restrict(const check::History& history,
                        const std::vector<ring::PartitionInfo>& partitions);

// What the replicas of each partition hold, which must be equal.
void AddFinalState(Cluster& cluster, const std::vector<ring::PartitionInfo>& partitions,
                   check::History& history);

}  // namespace quorate::sim
