// What each replica holds of one key.
#pragma once

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "node/node.h"
#include "quorate/v1/admin.pb.h"
#include "rpc/router.h"
#include "rpc/status_collector.h"

namespace quorate::rpc {

using InspectDone = absl::AnyInvocable<void(absl::StatusOr<v1::InspectKeyResponse>) &&>;

// This node's replica; no record where it has none.
void InspectHere(Node& node, NodeId self, const ring::KeyspaceInfo& keyspace,
                 const v1::InspectKeyRequest& in, InspectDone done);

// All of the key's replicas that answer, by node.
void InspectEverywhere(Node& node, StatusCollector& collector, const Route& route,
                       const v1::InspectKeyRequest& in, absl::Duration deadline, InspectDone done);

}  // namespace quorate::rpc
