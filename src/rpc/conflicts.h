// The conflict journals of a keyspace's replicas: what is in them, and how a write
// in one of them is brought back.
#pragma once

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "base/env.h"
#include "node/node.h"
#include "quorate/v1/admin.pb.h"
#include "rpc/router.h"
#include "rpc/status_collector.h"

namespace quorate::rpc {

using ConflictsDone = absl::AnyInvocable<void(absl::StatusOr<v1::ListConflictsResponse>) &&>;
using RestoreDone = absl::AnyInvocable<void(absl::StatusOr<v1::RestoreConflictResponse>) &&>;

// Of the replicas on this node; newest first, no more than one answer holds.
void TellConflicts(Node& node, NodeId self, const ring::KeyspaceInfo& keyspace,
                   const v1::ListConflictsRequest& in, ConflictsDone done);

// Of all nodes that hold a replica; a write that several gave up is listed once.
void CollectConflicts(Node& node, StatusCollector& collector, const Route& route,
                      const v1::ListConflictsRequest& in, absl::Duration deadline,
                      ConflictsDone done);

// Writes again what this node's journal holds, as a new write at `route.level`.
// NOT_FOUND, CONFLICT_NOT_KEPT; FAILED_PRECONDITION, CONFLICT_EXPIRED.
void RestoreHere(Node& node, Env& env, const Route& route, const v1::RestoreConflictRequest& in,
                 absl::Duration deadline, RestoreDone done);

// Has the node do so whose journal it is in. NOT_FOUND, NODE_NOT_FOUND.
void RestoreThere(StatusCollector& collector, const Route& route,
                  const v1::RestoreConflictRequest& in, absl::Duration patience, RestoreDone done);

}  // namespace quorate::rpc
