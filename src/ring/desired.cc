#include "ring/desired.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/hash.h"
#include "base/limits.h"
#include "base/strings.h"
#include "ring/placement.h"

namespace quorate::ring {
namespace {

void Count(const KeyspaceInfo& keyspace, std::map<NodeId, PlacementNode>& nodes) {
  for (const PartitionInfo& partition : keyspace.partitions) {
    const std::vector<NodeId>& replicas = TargetOf(partition);
    for (NodeId id : replicas) {
      const auto node = nodes.find(id);
      if (node == nodes.end()) continue;
      ++node->second.replicas_elsewhere;
      if (id == replicas.front()) ++node->second.leaders_elsewhere;
    }
  }
}

// The nodes that stay, with what they hold of other keyspaces.
std::vector<PlacementNode> NodesFor(const Topology& topology, const KeyspaceInfo& keyspace) {
  std::map<NodeId, PlacementNode> nodes;
  for (const NodeInfo& node : topology.nodes) {
    if (!node.leaving) nodes[node.id] = {node.id, node.zone, node.weight, 0, 0};
  }
  for (const auto& [name, other] : topology.keyspaces) {
    if (other.id != keyspace.id) Count(other, nodes);
  }
  std::vector<PlacementNode> list;
  for (auto& [id, node] : nodes) list.push_back(std::move(node));
  return list;
}

// Where an arc stands on the hash ring; it keeps the place for ever.
uint64_t RingPoint(KeyspaceId keyspace, uint32_t arc) {
  return Hash64(StrCat(keyspace.value(), "/", arc));
}

}  // namespace

const std::vector<NodeId>& TargetOf(const PartitionInfo& partition) {
  return partition.target.empty() ? partition.replicas : partition.target;
}

std::vector<NodeId> ReplicasAfterMove(const PartitionInfo& partition) {
  std::vector<NodeId> replicas = partition.replicas;
  if (partition.leaving) std::erase(replicas, partition.leaving);
  if (partition.joining) replicas.push_back(partition.joining);
  return replicas;
}

std::vector<std::vector<NodeId>> ComputeDesired(const Topology& topology,
                                                const KeyspaceInfo& keyspace, uint32_t partitions) {
  PlacementInput input;
  input.nodes = NodesFor(topology, keyspace);
  input.replicas = std::min(keyspace.replicas, static_cast<uint32_t>(input.nodes.size()));
  for (uint32_t arc = 0; arc < partitions; ++arc) {
    PlacementArc& placed = input.arcs.emplace_back();
    placed.point = RingPoint(keyspace.id, arc);
    if (arc < keyspace.partitions.size()) {
      // Not the target of before: the nodes have changed since.
      placed.replicas = ReplicasAfterMove(keyspace.partitions[arc]);
    }
  }
  if (input.nodes.empty()) return std::vector<std::vector<NodeId>>(partitions);
  return ComputePlacement(input);
}

std::vector<std::vector<NodeId>> ComputeDesired(const Topology& topology,
                                                const KeyspaceInfo& keyspace) {
  return ComputeDesired(topology, keyspace, static_cast<uint32_t>(keyspace.partitions.size()));
}

std::vector<NodeId> ComputeDesiredMeta(const Topology& topology) {
  std::vector<NodeId> voters;
  const auto stays = [&](NodeId id) {
    const NodeInfo* node = topology.FindNode(id);
    return node != nullptr && !node->leaving;
  };
  for (NodeId id : ReplicasAfterMove(topology.meta)) {
    if (stays(id)) voters.push_back(id);
  }
  for (const NodeInfo& node : topology.nodes) {
    if (voters.size() >= limits::kMetaVotersMax) break;
    if (stays(node.id) && std::find(voters.begin(), voters.end(), node.id) == voters.end()) {
      voters.push_back(node.id);
    }
  }
  return voters;
}

}  // namespace quorate::ring
