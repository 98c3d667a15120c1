// How a cluster's protocol is raised: in two epochs. From the first on no build is let
// in that does not speak the next one; in the second it is used, when every node has the
// first on its disk. So nobody is ever told, or keeps, what a build that may still be
// started there could not read.
#pragma once

#include "absl/status/statusor.h"
#include "ring/topology.h"

namespace quorate::ring {

// The first step. The same topology if it is there already, or on the way.
// FAILED_PRECONDITION: RAISE_UNDER_WAY to another one.
absl::StatusOr<Topology> WithProtocolNext(const Topology& topology, uint32_t next);

// The second; the same topology if none is on the way.
Topology WithProtocolReached(const Topology& topology);

}  // namespace quorate::ring
