// The topology in a node's folder.
#pragma once

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "node/node.h"
#include "ring/topology.h"
#include "storage/files.h"

namespace quorate {

// As it was kept; in a fresh folder the one of the options, which is kept from then on.
// As CheckBuild.
absl::StatusOr<ring::Topology> LoadTopology(const NodeOptions& options, Files& files);

// Why a node ends that is not in it any more: CANCELLED, kNodeDecommissioned; and one that
// has something left which others may lack: UNAVAILABLE.
absl::Status Decommissioned(NodeId self);
absl::Status LetGoUnheard(NodeId self);

// FAILED_PRECONDITION, PROTOCOL_TOO_OLD or PROTOCOL_TOO_NEW: this build may not take part.
absl::Status CheckBuild(const NodeOptions& options, const ClusterProtocol& cluster);

// Why a node ends that got a frame which says so.
absl::Status Outdated(const absl::Status& why);

}  // namespace quorate
