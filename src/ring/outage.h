// What stops when nodes are gone: computed from the topology alone.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "ring/guarantees.h"
#include "ring/topology.h"

namespace quorate::ring {

// How many of the keyspace's partitions have too few replicas left for that. One
// that counts by the zone of whoever takes a request goes on while any zone has
// enough: it is asked there.
uint32_t CountStopped(const Topology& topology, const KeyspaceInfo& keyspace,
                      const Guarantee& guarantee, const std::set<NodeId>& down);

// How many of a partition's replicas that is in this keyspace: by one zone, where
// those are fewest; by each zone, in all, where they are most.
uint32_t CountIn(const Topology& topology, const KeyspaceInfo& keyspace, Share share);

// Of a zone, for levels that count by zones.
struct ZoneShare {
  std::string zone;       // empty: of the nodes that name none
  uint32_t replicas = 0;  // of each partition; the least of those that have any there
  uint32_t needs = 0;
};
// By name.
std::vector<ZoneShare> ZoneSharesOf(const Topology& topology, const KeyspaceInfo& keyspace);

struct LevelOutage {
  const Guarantee* guarantee = nullptr;
  uint32_t stopped = 0;  // partitions
};

struct KeyspaceOutage {
  std::string keyspace;
  uint32_t partitions = 0;
  std::vector<LevelOutage> levels;  // each that the build honours, strong to weak
};

struct Outage {
  bool topology_stops = false;            // no keyspace can be made or dropped
  std::vector<KeyspaceOutage> keyspaces;  // by name

  bool nothing_stops() const;
};

Outage ComputeOutage(const Topology& topology, const std::set<NodeId>& down);

// By name; nodes without one are in none.
std::set<std::string> ZonesOf(const Topology& topology);
std::set<NodeId> NodesIn(const Topology& topology, std::string_view zone);

}  // namespace quorate::ring
