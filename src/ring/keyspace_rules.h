// What a keyspace's settings must be, however they came to be so.
#pragma once

#include "absl/status/status.h"
#include "ring/topology.h"

namespace quorate::ring {

// The defaults (filled in, not kDefault), the bound on drift and the time to
// live of `keyspace`, one by one and together. INVALID_ARGUMENT:
// LEVEL_UNSUPPORTED, DEFAULT_NEEDS_A_BOUND, LEASE_NOT_ALLOWED,
// LEASE_DRIFT_TOO_LARGE, TTL_TOO_LONG.
absl::Status CheckSettings(const KeyspaceInfo& keyspace);

// That its conflict policy is one of its mode: CONFLICT_POLICY_NEEDED,
// CONFLICT_POLICY_REFUSED, CONFLICT_NOT_SUPPORTED.
absl::Status CheckConflict(const KeyspaceInfo& keyspace);

// A read that names `level` (not kDefault): LEVEL_UNSUPPORTED, or
// LEASE_NOT_ALLOWED, which says how to allow it.
absl::Status CheckRead(const KeyspaceInfo& keyspace, Level level);

}  // namespace quorate::ring
