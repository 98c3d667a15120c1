// That a replica here has all that was acknowledged before, by the levels that reads
// have for it.
#pragma once

#include "absl/status/statusor.h"
#include "rpc/arc_read.h"

namespace quorate::rpc {

// Of mode raft: what a read at LINEARIZABLE sees. Of mode quorum: BOUNDED by the time
// since now. What was read, and how far the state had come. Errors as ReadArc.
absl::StatusOr<Receipt> ProveCurrent(const ArcWorld& world, const Route& route, uint32_t arc,
                                     absl::Duration deadline, ArcSink& sink);

// The replica is still here: what was frozen since the proof was its state.
absl::Status ProveStillHere(const ArcWorld& world, const Route& route, uint32_t arc,
                            absl::Duration deadline, ArcSink& sink);

// A request to the arc's partition, answered; CANCELLED if the client goes.
absl::StatusOr<Reply> Ask(const ArcWorld& world, Request request, ArcSink& sink);

}  // namespace quorate::rpc
