// What a pair of levels promises, needs and costs in a keyspace.
#pragma once

#include "absl/status/status.h"
#include "quorate/v1/admin.pb.h"
#include "quorum/round_trips.h"
#include "ring/topology.h"
#include "rpc/call_metrics.h"

namespace quorate::rpc {

// Levels that `in` leaves out are the keyspace's own. INVALID_ARGUMENT: a level
// that there isn't (UNKNOWN_LEVEL), or not in this mode (LEVEL_UNSUPPORTED).
absl::Status FillExplanation(const ring::Topology& topology, const ring::KeyspaceInfo& keyspace,
                             const v1::ExplainRequest& in, const CallMetrics& calls,
                             const quorum::RoundTrips& measured, v1::ExplainResponse* out);

}  // namespace quorate::rpc
