// Replicas on their way, as the cluster tells of them.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/client.h"
#include "own_cluster.h"

namespace quorate::bench {

// Neither does a replica move, nor is one to.
bool IsAtRest(const TopologyDescription& topology);
// Of that keyspace.
size_t ReplicasOn(const TopologyDescription& topology, const std::string& keyspace, NodeId node);

// Asks every `pause` until nothing moves and `node` holds some replicas of the keyspace,
// or none. UNAVAILABLE: not within five minutes, or a node has ended.
absl::Status AwaitReplicas(OwnCluster& cluster, const Client& client, const std::string& keyspace,
                           NodeId node, bool holds, absl::Duration pause);

// Of whole states that nodes have sent so far, over all that run.
absl::StatusOr<double> SnapshotBytesSent(const OwnCluster& cluster);

}  // namespace quorate::bench
