// How likely reads at a weak level miss a write, from measured latencies.
#pragma once

#include "quorate/v1/admin.pb.h"
#include "quorum/round_trips.h"
#include "ring/guarantees.h"
#include "ring/topology.h"

namespace quorate::rpc {

// Of mode quorum: the curve, and a note of what it rests on, or of why there is
// none. Of mode raft nothing.
void FillStaleness(const ring::Topology& topology, const ring::KeyspaceInfo& keyspace, Level read,
                   Level write, const quorum::RoundTrips& measured, v1::ExplainResponse* out);

}  // namespace quorate::rpc
