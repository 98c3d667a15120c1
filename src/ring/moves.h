// How the topology goes from where replicas are to where they should be: move by
// move, each of one replica of one partition, each beginning and ending in an epoch
// of its own. So the quorums of neighbouring epochs always intersect, and whoever
// takes over in the middle finds all that is left to do in the topology itself.
#pragma once

#include <cstdint>
#include <set>

#include "absl/status/statusor.h"
#include "base/ids.h"
#include "ring/topology.h"

namespace quorate::ring {

struct MoveLimits {
  uint32_t at_once = 4;  // partitions that move at a time, over the cluster
  // Nodes to which nothing may move now: those that have no room, cannot be heard of, or
  // do not know this topology yet. Else one could miss that a replica was taken from it
  // and given back, and go on with what it has from before.
  std::set<NodeId> unfit = {};
  // Nodes that cannot be heard of. No step is begun that would leave a partition without
  // a majority of others: it would stand still until they are back.
  std::set<NodeId> silent = {};
};

// Its replicas can; those of mode quorum only once all nodes know how.
bool MayMove(const Topology& topology, const KeyspaceInfo& keyspace);

// Sets each partition's target anew, after nodes or numbers of replicas have changed.
// At once for all, so that no keyspace runs after another for ever.
void Retarget(Topology& topology);

// The topology with the next moves toward the targets begun, and those that are there
// in their order of preference. The same topology: nothing is to be done, or as much
// is under way as may be.
Topology WithMovesBegun(const Topology& topology, const MoveLimits& limits);

// `partition`'s replicas are those of the move that began at `since`. The same
// topology where no such move is under way (any more).
Topology WithMoveDone(const Topology& topology, PartitionId partition, Epoch since);

// True if `node` belongs to a partition in `to` that it does not belong to in `from`.
bool BringsReplica(const Topology& from, const Topology& to, NodeId node);

// --- nodes; each gives the next topology ---
// `asks` has joined before, as `node`.
bool JoinedAs(const NodeInfo& node, const NodeInfo& asks);
// The node under an id that was never used, the next one if it names none.
// ALREADY_EXISTS: its id was used, or one of its addresses is another's.
// INVALID_ARGUMENT: its weight or id. If a node with exactly these addresses and this
// token is there, the same topology: it asked twice.
absl::StatusOr<Topology> WithNode(const Topology& topology, NodeInfo node);
// Its replicas are to go elsewhere, and those that were to come to it no more. The
// same topology if that was said before.
// NOT_FOUND; FAILED_PRECONDITION where the nodes that stay are too few for a
// keyspace's replicas, or it has replicas that cannot move yet.
absl::StatusOr<Topology> WithNodeLeaving(const Topology& topology, NodeId node);
// The same of a node that nobody hears of; and that it is heard of again, and stays.
absl::StatusOr<Topology> WithNodeLost(const Topology& topology, NodeId node);
Topology WithNodeBack(const Topology& topology, NodeId node);
// Without those of `nodes` that are leaving and hold nothing any more. The same
// topology: none.
Topology WithoutEmptyNodes(const Topology& topology, const std::set<NodeId>& nodes);

}  // namespace quorate::ring
