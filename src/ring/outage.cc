#include "ring/outage.h"

#include <algorithm>
#include <map>

namespace quorate::ring {
namespace {

// Of one partition.
struct Part {
  uint32_t replicas = 0;
  uint32_t left = 0;  // that are not down

  uint32_t majority() const { return replicas / 2 + 1; }
  bool goes_on() const { return left >= majority(); }
};

using Parts = std::map<std::string, Part>;  // by zone

Parts PartsOf(const Topology& topology, const PartitionInfo& partition,
              const std::set<NodeId>& down) {
  Parts parts;
  for (const NodeId node : partition.replicas) {
    const NodeInfo* info = topology.FindNode(node);
    Part& part = parts[info == nullptr ? "" : info->zone];
    ++part.replicas;
    part.left += down.contains(node) ? 0 : 1;
  }
  return parts;
}

bool Stops(const Topology& topology, const PartitionInfo& partition, Share needs,
           const std::set<NodeId>& down) {
  const Parts parts = PartsOf(topology, partition, down);
  const auto goes_on = [](const auto& part) { return part.second.goes_on(); };
  if (needs == Share::kZoneMajority) return std::none_of(parts.begin(), parts.end(), goes_on);
  if (needs == Share::kEachZoneMajority) return !std::all_of(parts.begin(), parts.end(), goes_on);
  uint32_t left = 0;
  for (const auto& [zone, part] : parts) left += part.left;
  return left < CountOf(needs, static_cast<uint32_t>(partition.replicas.size()));
}

uint32_t CountIn(const Parts& parts, Share share) {
  uint32_t all = 0;
  uint32_t sum = 0;
  uint32_t least = UINT32_MAX;
  for (const auto& [zone, part] : parts) {
    all += part.replicas;
    sum += part.majority();
    least = std::min(least, part.majority());
  }
  if (share == Share::kZoneMajority) return least;
  return share == Share::kEachZoneMajority ? sum : CountOf(share, all);
}

KeyspaceOutage OutageOf(const Topology& topology, const KeyspaceInfo& keyspace,
                        const std::set<NodeId>& down) {
  KeyspaceOutage outage{keyspace.name, static_cast<uint32_t>(keyspace.partitions.size()), {}};
  for (const Guarantee& one : AllGuarantees()) {
    if (!IsOf(one, keyspace.mode, keyspace.conflict) || !IsHonoured(one)) continue;
    outage.levels.push_back({&one, CountStopped(topology, keyspace, one, down)});
  }
  return outage;
}

}  // namespace

uint32_t CountStopped(const Topology& topology, const KeyspaceInfo& keyspace,
                      const Guarantee& guarantee, const std::set<NodeId>& down) {
  return static_cast<uint32_t>(std::count_if(
      keyspace.partitions.begin(), keyspace.partitions.end(),
      [&](const PartitionInfo& one) { return Stops(topology, one, guarantee.needs, down); }));
}

uint32_t CountIn(const Topology& topology, const KeyspaceInfo& keyspace, Share share) {
  if (!CountsByZones(share)) return CountOf(share, keyspace.replicas);
  std::vector<uint32_t> counts;
  for (const PartitionInfo& one : keyspace.partitions) {
    counts.push_back(CountIn(PartsOf(topology, one, {}), share));
  }
  if (counts.empty()) return CountOf(share, keyspace.replicas);
  return share == Share::kZoneMajority ? *std::min_element(counts.begin(), counts.end())
                                       : *std::max_element(counts.begin(), counts.end());
}

std::vector<ZoneShare> ZoneSharesOf(const Topology& topology, const KeyspaceInfo& keyspace) {
  Parts least;
  for (const PartitionInfo& one : keyspace.partitions) {
    for (const auto& [zone, part] : PartsOf(topology, one, {})) {
      const auto [known, fresh] = least.try_emplace(zone, part);
      if (!fresh && part.replicas < known->second.replicas) known->second = part;
    }
  }
  std::vector<ZoneShare> shares;
  for (const auto& [zone, part] : least) shares.push_back({zone, part.replicas, part.majority()});
  return shares;
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
  outage.topology_stops = Stops(topology, topology.meta, Share::kMajority, down);
  for (const auto& [name, keyspace] : topology.keyspaces) {
    outage.keyspaces.push_back(OutageOf(topology, keyspace, down));
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
