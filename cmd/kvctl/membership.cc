#include "membership.h"

#include <algorithm>
#include <functional>
#include <iterator>

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

std::vector<NodeId> After(std::vector<NodeId> voters, NodeId from, NodeId to) {
  std::erase(voters, from);
  if (to) voters.push_back(to);
  return voters;
}

void AddWays(const PartitionDescription& partition, const std::string& keyspace,
             std::vector<Way>& ways) {
  const auto voters = After(partition.replicas, partition.leaving, partition.joining);
  if (partition.joining || partition.leaving) {
    ways.push_back({partition.id, keyspace, partition.leaving, partition.joining, true, voters});
  }
  if (partition.target.empty()) return;
  const auto come = Without(partition.target, partition.replicas, partition.joining);
  const auto go = Without(partition.replicas, partition.target, partition.leaving);
  for (size_t i = 0; i < std::max(come.size(), go.size()); ++i) {
    const NodeId from = i < go.size() ? go[i] : NodeId();
    const NodeId to = i < come.size() ? come[i] : NodeId();
    ways.push_back({partition.id, keyspace, from, to, false, After(voters, from, to)});
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

std::vector<NodeId> WaitsFor(const Way& way, const std::set<NodeId>& silent) {
  if (way.under_way) return {};
  if (silent.contains(way.to)) return {way.to};
  std::vector<NodeId> missing;
  std::copy_if(way.voters.begin(), way.voters.end(), std::back_inserter(missing),
               [&](NodeId node) { return silent.contains(node); });
  return 2 * missing.size() < way.voters.size() ? std::vector<NodeId>() : missing;
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
