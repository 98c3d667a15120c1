// Whether a replica can coordinate a read that counts replicas, or one of its own.
#pragma once

#include "absl/status/status.h"
#include "quorum/local.h"
#include "quorum/peers.h"

namespace quorate::quorum {

// INVALID_ARGUMENT, LEVEL_UNSUPPORTED; UNAVAILABLE, REPLICA_FILLING or
// REPLICAS_MISSING: too few are alive.
absl::Status CheckReadable(Level level, const Local& local, const Peers& peers);

}  // namespace quorate::quorum
