// How far the replicas of a leaderless keyspace are behind one another.
#pragma once

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "node/node.h"
#include "quorate/v1/admin.pb.h"
#include "rpc/router.h"
#include "rpc/status_collector.h"

namespace quorate::rpc {

using LagDone = absl::AnyInvocable<void(absl::StatusOr<v1::GetLagResponse>) &&>;

// What the replicas on this node say.
void TellLag(Node& node, NodeId self, const ring::KeyspaceInfo& keyspace, LagDone done);

// What all nodes say that hold a replica of it.
void CollectLag(Node& node, StatusCollector& collector, const Route& route, absl::Duration deadline,
                LagDone done);

// INVALID_ARGUMENT, KEYSPACE_HAS_LEADERS: it is of mode raft. Of the above as well.
absl::Status NeedsQuorum(const ring::KeyspaceInfo& keyspace);

}  // namespace quorate::rpc
