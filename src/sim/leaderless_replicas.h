// The replicas of a leaderless keyspace, looked into.
#pragma once

#include <string>

#include "replica/quorum_replica.h"
#include "ring/topology.h"
#include "sim/cluster.h"

namespace quorate::sim {

// Null: that node is down, or has none.
const QuorumReplica* FindQuorumReplica(Cluster& cluster, NodeId node, PartitionId partition);

// Of replicas that should be equal by now: in what they are not. Empty: in
// nothing, to the byte, and no dot is kept.
std::string WhatDiffersIn(Cluster& cluster, const ring::KeyspaceInfo& keyspace);

// What is deleted or has expired, and a replica still keeps; empty: nothing.
std::string WhatIsDeadIn(Cluster& cluster, const ring::KeyspaceInfo& keyspace);

}  // namespace quorate::sim
