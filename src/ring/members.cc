// Nodes coming and going.
#include <algorithm>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/limits.h"
#include "base/strings.h"
#include "ring/moves.h"

namespace quorate::ring {
namespace {

absl::Status CheckNode(const Topology& topology, const NodeInfo& node) {
  if (node.weight == 0 || node.weight > limits::kNodeWeightMax) {
    return MakeError(absl::StatusCode::kInvalidArgument, "NODE_WEIGHT_INVALID",
                     StrCat("the new node has weight ", node.weight, "; allowed are 1 to ",
                            limits::kNodeWeightMax, ", 100 is usual"));
  }
  if (topology.next_node_id > limits::kNodeIdMax) {
    return MakeError(absl::StatusCode::kResourceExhausted, "NODE_IDS_USED_UP",
                     StrCat("this cluster has had ", limits::kNodeIdMax,
                            " nodes, and an id is never used again; copy its data into a new one"));
  }
  for (const NodeInfo& other : topology.nodes) {
    for (const std::string& address : {node.client_address, node.peer_address}) {
      if (address.empty()) continue;
      if (address != other.client_address && address != other.peer_address) continue;
      return MakeError(absl::StatusCode::kAlreadyExists, "ADDRESS_IN_USE",
                       StrCat("address ", address, " is that of ", other.id.ToString(),
                              "; give the new node one of its own. If it is to come in that one's "
                              "place because its disk is lost: kvctl node replace ",
                              other.id.ToString(), " first"));
    }
  }
  return absl::OkStatus();
}

// The id that a node gets which wants `wanted`; zero: any.
absl::StatusOr<NodeId> ChooseId(const Topology& topology, NodeId wanted) {
  if (!wanted) return NodeId(topology.next_node_id);
  if (wanted.value() > limits::kNodeIdMax) {
    return MakeError(absl::StatusCode::kInvalidArgument, "NODE_ID_INVALID",
                     StrCat("the new node wants id ", wanted.value(), "; allowed are 1 to ",
                            limits::kNodeIdMax));
  }
  if (wanted.value() >= topology.next_node_id) return wanted;
  const NodeInfo* other = topology.FindNode(wanted);
  return MakeError(
      absl::StatusCode::kAlreadyExists, "NODE_ID_TAKEN",
      StrCat("id ", wanted.ToString(),
             other == nullptr ? " was that of a node that is gone"
                              : StrCat(" is that of the node at ", other->client_address),
             ", and no id is given twice: leave --node-id out, then the cluster gives one"));
}

size_t CountStaying(const Topology& topology, NodeId without) {
  return static_cast<size_t>(
      std::count_if(topology.nodes.begin(), topology.nodes.end(),
                    [&](const NodeInfo& node) { return !node.leaving && node.id != without; }));
}

absl::Status CheckMayLeave(const Topology& topology, NodeId node) {
  const size_t staying = CountStaying(topology, node);
  for (const auto& [name, keyspace] : topology.keyspaces) {
    if (keyspace.replicas > staying) {
      return MakeError(absl::StatusCode::kFailedPrecondition, "TOO_FEW_NODES",
                       StrCat("without ", node.ToString(), " there would be ", staying,
                              " nodes, and keyspace \"", name, "\" has ", keyspace.replicas,
                              " replicas; add a node first"));
    }
    const auto& all = keyspace.partitions;
    const bool here = std::any_of(all.begin(), all.end(), [node](const PartitionInfo& partition) {
      return partition.HasReplicaOn(node);
    });
    if (here && !MayMove(topology, keyspace)) {
      return MakeError(absl::StatusCode::kFailedPrecondition, "CANNOT_MOVE",
                       StrCat(node.ToString(), " holds replicas of keyspace \"", name,
                              "\", which is of mode quorum, and those do not move before the "
                              "cluster's protocol is raised: kvctl cluster upgrade --finalize"));
    }
  }
  if (staying == 0) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "TOO_FEW_NODES",
                     StrCat(node.ToString(), " is the last node; stop it instead"));
  }
  return absl::OkStatus();
}

// Whoever was to come there need not be waited for: it may be dead. By Raft it may be a
// member already; without a leader the old set has all that both had acknowledged.
void Abandon(NodeId node, Mode mode, Epoch epoch, PartitionInfo& partition) {
  if (partition.joining != node) return;
  partition.joining = partition.leaving = NodeId();
  if (mode == Mode::kQuorum) {
    partition.joined.erase(node);
    partition.moving_since = Epoch();
    partition.changed = epoch;
  } else {
    partition.abandoned.insert(node);
    partition.moving_since = epoch;
  }
}

bool HoldsNothing(const Topology& topology, NodeId node) {
  return topology.PartitionsOn(node).empty();
}

absl::StatusOr<Topology> WithoutItsReplicas(const Topology& topology, NodeId node, bool lost) {
  const NodeInfo* info = topology.FindNode(node);
  if (info == nullptr) {
    return MakeError(absl::StatusCode::kNotFound, "NODE_NOT_FOUND",
                     StrCat("there is no node ", node.ToString(), " in this cluster"));
  }
  if (info->leaving && (lost || !info->lost)) return topology;
  if (absl::Status status = CheckMayLeave(topology, node); !status.ok()) return status;
  Topology next = topology;
  next.epoch = topology.epoch.next();
  for (NodeInfo& one : next.nodes) {
    if (one.id != node) continue;
    one.leaving = true;
    one.lost = lost;
  }
  Abandon(node, Mode::kRaft, next.epoch, next.meta);
  for (auto& [name, keyspace] : next.keyspaces) {
    for (PartitionInfo& partition : keyspace.partitions) {
      Abandon(node, keyspace.mode, next.epoch, partition);
    }
  }
  Retarget(next);
  return next;
}

}  // namespace

bool JoinedAs(const NodeInfo& node, const NodeInfo& asks) {
  return !node.client_address.empty() && node.client_address == asks.client_address &&
         node.peer_address == asks.peer_address && node.join_token == asks.join_token &&
         (!asks.id || asks.id == node.id);
}

absl::StatusOr<Topology> WithNode(const Topology& topology, NodeInfo node) {
  for (const NodeInfo& other : topology.nodes) {
    if (JoinedAs(other, node)) return topology;
  }
  const absl::StatusOr<NodeId> id = ChooseId(topology, node.id);
  if (!id.ok()) return id.status();
  if (absl::Status status = CheckNode(topology, node); !status.ok()) return status;
  Topology next = topology;
  node.id = *id;
  next.next_node_id = id->value() + 1;
  node.leaving = false;
  next.nodes.push_back(std::move(node));
  Retarget(next);
  next.epoch = topology.epoch.next();
  return next;
}

absl::StatusOr<Topology> WithNodeLeaving(const Topology& topology, NodeId node) {
  return WithoutItsReplicas(topology, node, /*lost=*/false);
}

absl::StatusOr<Topology> WithNodeLost(const Topology& topology, NodeId node) {
  return WithoutItsReplicas(topology, node, /*lost=*/true);
}

Topology WithNodeBack(const Topology& topology, NodeId node) {
  const NodeInfo* info = topology.FindNode(node);
  if (info == nullptr || !info->lost) return topology;
  Topology next = topology;
  for (NodeInfo& one : next.nodes) {
    if (one.id == node) one.leaving = one.lost = false;
  }
  Retarget(next);
  next.epoch = topology.epoch.next();
  return next;
}

Topology WithoutEmptyNodes(const Topology& topology, const std::set<NodeId>& nodes) {
  Topology next = topology;
  std::erase_if(next.nodes, [&](const NodeInfo& node) {
    const bool goes = node.leaving && nodes.contains(node.id) && HoldsNothing(topology, node.id);
    if (goes) next.departed.push_back({node.id, node.peer_address});
    return goes;
  });
  if (next.nodes.size() == topology.nodes.size()) return next;
  while (next.departed.size() > limits::kDepartedNodesMax) {
    next.departed.erase(next.departed.begin());
  }
  next.epoch = topology.epoch.next();
  return next;
}

}  // namespace quorate::ring
