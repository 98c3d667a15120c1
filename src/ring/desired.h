// Where the replicas of a keyspace should be, by what there is today.
#pragma once

#include <vector>

#include "base/ids.h"
#include "ring/topology.h"

namespace quorate::ring {

// Of each partition its replicas, the preferred leader first: placement.h's
// promises over all nodes but those that are leaving. What moves counts as having
// moved, and other keyspaces as being where they will be. Fewer replicas than asked for where there
// are fewer nodes.
std::vector<std::vector<NodeId>> ComputeDesired(const Topology& topology,
                                                const KeyspaceInfo& keyspace);
// Of a keyspace with an id and no partitions yet.
std::vector<std::vector<NodeId>> ComputeDesired(const Topology& topology,
                                                const KeyspaceInfo& keyspace, uint32_t partitions);

// Of the meta group: those of it that stay, and further nodes by id, up to
// kMetaVotersMax.
std::vector<NodeId> ComputeDesiredMeta(const Topology& topology);

// The replicas that there will be once the move, if there is one, is over.
std::vector<NodeId> ReplicasAfterMove(const PartitionInfo& partition);
// Its target, or where it is.
const std::vector<NodeId>& TargetOf(const PartitionInfo& partition);

}  // namespace quorate::ring
