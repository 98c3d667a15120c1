#include "ring/outage.h"

#include <algorithm>

namespace quorate::ring {
namespace {

bool Stops(const PartitionInfo& partition, Share needs, const std::set<NodeId>& down) {
  const auto left = std::count_if(partition.replicas.begin(), partition.replicas.end(),
                                  [&](NodeId node) { return !down.contains(node); });
  const auto replicas = static_cast<uint32_t>(partition.replicas.size());
  return left < static_cast<int64_t>(CountOf(needs, replicas));
}

KeyspaceOutage OutageOf(const KeyspaceInfo& keyspace, const std::set<NodeId>& down) {
  KeyspaceOutage outage{keyspace.name, static_cast<uint32_t>(keyspace.partitions.size()), {}};
  for (const Guarantee& one : AllGuarantees()) {
    if (!IsOf(one, keyspace.mode, keyspace.conflict) || !IsHonoured(one)) continue;
    outage.levels.push_back({&one, CountStopped(keyspace, one, down)});
  }
  return outage;
}

}  // namespace

uint32_t CountStopped(const KeyspaceInfo& keyspace, const Guarantee& guarantee,
                      const std::set<NodeId>& down) {
  return static_cast<uint32_t>(
      std::count_if(keyspace.partitions.begin(), keyspace.partitions.end(),
                    [&](const PartitionInfo& one) { return Stops(one, guarantee.needs, down); }));
}

bool Outage::nothing_stops() const {
  return !topology_stops &&
         std::all_of(keyspaces.begin(), keyspaces.end(), [](const KeyspaceOutage& keyspace) {
           return std::all_of(keyspace.levels.begin(), keyspace.levels.end(),
                              [](const LevelOutage& one) { return one.stopped == 0; });
         });
}

Outage ComputeOutage(const Topology& topology, const std::set<NodeId>& down) {
  Outage outage;
  outage.topology_stops = Stops(topology.meta, Share::kMajority, down);
  for (const auto& [name, keyspace] : topology.keyspaces) {
    outage.keyspaces.push_back(OutageOf(keyspace, down));
  }
  return outage;
}

std::set<std::string> ZonesOf(const Topology& topology) {
  std::set<std::string> zones;
  for (const NodeInfo& node : topology.nodes) {
    if (!node.zone.empty()) zones.insert(node.zone);
  }
  return zones;
}

std::set<NodeId> NodesIn(const Topology& topology, std::string_view zone) {
  std::set<NodeId> nodes;
  for (const NodeInfo& node : topology.nodes) {
    if (node.zone == zone && !zone.empty()) nodes.insert(node.id);
  }
  return nodes;
}

}  // namespace quorate::ring
