#include "membership.h"

#include <algorithm>
#include <functional>

namespace quorate::kvctl {
namespace {

bool Has(const std::vector<NodeId>& nodes, NodeId node) {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

std::vector<NodeId> Without(const std::vector<NodeId>& of, const std::vector<NodeId>& in,
                            NodeId besides) {
  std::vector<NodeId> rest;
  std::copy_if(of.begin(), of.end(), std::back_inserter(rest),
               [&](NodeId node) { return node != besides && !Has(in, node); });
  return rest;
}

void AddWays(const PartitionDescription& partition, const std::string& keyspace,
             std::vector<Way>& ways) {
  if (partition.joining || partition.leaving) {
    ways.push_back({partition.id, keyspace, partition.leaving, partition.joining, true});
  }
  if (partition.target.empty()) return;
  const auto come = Without(partition.target, partition.replicas, partition.joining);
  const auto go = Without(partition.replicas, partition.target, partition.leaving);
  for (size_t i = 0; i < std::max(come.size(), go.size()); ++i) {
    ways.push_back({partition.id, keyspace, i < go.size() ? go[i] : NodeId(),
                    i < come.size() ? come[i] : NodeId()});
  }
}

void Each(const TopologyDescription& topology,
          const std::function<void(const PartitionDescription&, const std::string&)>& visit) {
  visit(topology.meta, "");
  for (const KeyspaceDescription& keyspace : topology.keyspaces) {
    for (const PartitionDescription& one : keyspace.partitions) visit(one, keyspace.name);
  }
}

}  // namespace

std::vector<Way> WaysOf(const TopologyDescription& topology) {
  std::vector<Way> ways;
  Each(topology, [&](const PartitionDescription& one, const std::string& keyspace) {
    AddWays(one, keyspace, ways);
  });
  return ways;
}

size_t ReplicasOn(const TopologyDescription& topology, NodeId node) {
  size_t count = 0;
  Each(topology, [&](const PartitionDescription& one, const std::string&) {
    if (Has(one.replicas, node) || one.joining == node) ++count;
  });
  return count;
}

std::string MembershipOf(const TopologyDescription& topology, NodeId node) {
  const NodeDescription* info = topology.FindNode(node);
  if (info != nullptr && info->leaving) return info->lost ? "lost" : "leaving";
  const std::vector<Way> ways = WaysOf(topology);
  const bool joins =
      std::any_of(ways.begin(), ways.end(), [&](const Way& way) { return way.to == node; });
  return joins ? "joining" : "";
}

std::string MembershipWord(const TopologyDescription& topology, NodeId node) {
  const std::string membership = MembershipOf(topology, node);
  return membership.empty() ? "member" : membership;
}

}  // namespace quorate::kvctl
