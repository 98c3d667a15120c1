// Frees what dropped partitions left in the engine.
#pragma once

#include <set>

#include "absl/status/statusor.h"
#include "ring/frozen_topology.h"
#include "storage/engine.h"

namespace quorate {

// Deletes the ranges of all partitions that the topology doesn't place on
// `self`. For the start of a node: a crash may have come between the dropping
// of a partition and the engine's flush. Reads one key for each partition.
// But for what leaderless ones that are elsewhere left: those are returned, as this may be
// the only one to have it (replica/former_copy.h).
absl::StatusOr<std::set<PartitionId>> SweepDropped(const ring::FrozenTopology& topology,
                                                   NodeId self, Engine& engine);

// It is of a keyspace without leaders.
bool IsLeaderless(const ring::FrozenTopology& topology, PartitionId partition);

}  // namespace quorate
