// Frees what dropped partitions left in the engine.
#pragma once

#include "absl/status/status.h"
#include "ring/frozen_topology.h"
#include "storage/engine.h"

namespace quorate {

// Deletes the ranges of all partitions that the topology doesn't place on
// `self`. For the start of a node: a crash may have come between the dropping
// of a partition and the engine's flush. Reads one key for each partition.
absl::Status SweepDropped(const ring::FrozenTopology& topology, NodeId self, Engine& engine);

}  // namespace quorate
