// Of the map of the cluster: its size, and the time to place, to read and to plan it.
#include <algorithm>
#include <chrono>
#include <iostream>

#include "base/check.h"
#include "base/limits.h"
#include "base/strings.h"
#include "costs.h"
#include "ring/desired.h"
#include "ring/frozen_topology.h"
#include "ring/moves.h"
#include "ring/topology.h"

namespace quorate::bench {
namespace {

using Clock = std::chrono::steady_clock;

double MillisecondsSince(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

ring::NodeInfo NodeOf(uint32_t id) {
  ring::NodeInfo node;
  node.id = NodeId(id);
  node.client_address = StrCat("node-", id, ".example.net:7400");
  node.peer_address = StrCat("node-", id, ".example.net:7401");
  return node;
}

std::vector<Curve> CurvesOver(const std::string& over) {
  return {{"a topology, encoded", "KiB", over, {}},
          {"placing all partitions", "ms", over, {}},
          {"where all are to be, with a node more", "ms", over, {}},
          {"reading and freezing a topology", "ms", over, {}}};
}

struct MapTimes {
  double kib = 0;
  double placed = 0, planned = 0, read = 0;  // ms
};

ring::Topology Place(const ring::Topology& empty, uint32_t partitions) {
  absl::StatusOr<ring::Topology> topology = empty;
  for (uint32_t made = 0; made < partitions;) {
    ring::KeyspaceSpec spec;
    spec.name = StrCat("from", made);
    spec.partitions = std::min(partitions - made, limits::kPartitionsPerKeyspaceMax);
    made += spec.partitions;
    topology = ring::WithKeyspace(*topology, spec);
    QUORATE_CHECK(topology.ok(), "a keyspace");
  }
  return *std::move(topology);
}

MapTimes MeasureOnce(const ring::Topology& empty, uint32_t partitions) {
  MapTimes times;
  Clock::time_point begin = Clock::now();
  const ring::Topology topology = Place(empty, partitions);
  times.placed = MillisecondsSince(begin);
  const uint32_t nodes = static_cast<uint32_t>(topology.nodes.size());
  const auto larger = ring::WithNode(topology, NodeOf(nodes + 1));
  QUORATE_CHECK(larger.ok(), "a node more");
  begin = Clock::now();
  for (const auto& [name, keyspace] : larger->keyspaces) {
    QUORATE_CHECK(!ring::ComputeDesired(*larger, keyspace).empty(), "a plan");
  }
  times.planned = MillisecondsSince(begin);
  const std::string encoded = ring::EncodeTopology(topology);
  times.kib = static_cast<double>(encoded.size()) / 1024;
  begin = Clock::now();
  auto decoded = ring::DecodeTopology(encoded);
  QUORATE_CHECK(decoded.ok(), "what was encoded");
  QUORATE_CHECK(ring::Freeze(*std::move(decoded)) != nullptr, "a frozen one");
  times.read = MillisecondsSince(begin);
  return times;
}

// The best of a few: others use the machine as well.
void Measure(double x, uint32_t nodes, uint32_t partitions, std::vector<Curve>& curves) {
  constexpr int kTimes = 5;
  std::vector<ring::NodeInfo> all;
  for (uint32_t id = 1; id <= nodes; ++id) all.push_back(NodeOf(id));
  const auto empty = ring::Bootstrap("scale", all);
  QUORATE_CHECK(empty.ok(), "a topology");
  MapTimes best = MeasureOnce(*empty, partitions);
  for (int i = 1; i < kTimes; ++i) {
    const MapTimes times = MeasureOnce(*empty, partitions);
    best.placed = std::min(best.placed, times.placed);
    best.planned = std::min(best.planned, times.planned);
    best.read = std::min(best.read, times.read);
  }
  const double values[] = {best.kib, best.placed, best.planned, best.read};
  for (size_t i = 0; i < curves.size(); ++i) curves[i].points.push_back({x, values[i]});
}

}  // namespace

void MeasureMapCost(bool small, std::vector<Curve>& curves) {
  std::vector<Curve> by_partitions = CurvesOver("partitions, 9 nodes");
  for (const uint32_t partitions : {100, 300, 1000, 3000, 10'000, 30'000, 90'000}) {
    if (small && partitions > 300) break;
    Measure(partitions, 9, partitions, by_partitions);
  }
  std::vector<Curve> by_nodes = CurvesOver("nodes, 1000 partitions");
  for (const uint32_t nodes : {3, 5, 9, 27, 81}) {
    if (small && nodes > 5) break;
    Measure(nodes, nodes, 1000, by_nodes);
  }
  std::cerr << "topologies\n";
  curves.insert(curves.end(), by_partitions.begin(), by_partitions.end());
  curves.insert(curves.end(), by_nodes.begin(), by_nodes.end());
}

}  // namespace quorate::bench
