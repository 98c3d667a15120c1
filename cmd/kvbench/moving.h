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

// Until the nodes do next to nothing: what filling a keyspace leaves them to do takes a
// while. UNAVAILABLE: not within a minute.
absl::Status AwaitIdle(const OwnCluster& cluster);

// What nodes have sent to others, over all that run.
struct BytesSent {
  double states = 0;  // whole ones; a replica whose log is short is sent that instead
  double frames = 0;  // all there was to say
};
// `to` none: to any of them.
absl::StatusOr<BytesSent> CountBytesSent(const OwnCluster& cluster, NodeId to = {});

}  // namespace quorate::bench
