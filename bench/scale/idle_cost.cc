// Of nodes with nothing to do: by their partitions, and by how many they are.
#include <iostream>

#include "costs.h"
#include "world.h"

namespace quorate::bench {
namespace {

constexpr absl::Duration kLength = absl::Seconds(20);
constexpr double kMib = 1 << 20;
constexpr uint32_t kPartitionsPerNode = 64;
constexpr uint32_t kReplicas = 3;

struct Idle {
  Counts spent;              // in kLength, of all nodes
  double heap_per_node = 0;  // that partitions have brought
};

Idle Measure(uint32_t nodes, uint32_t partitions) {
  World world(nodes);
  const double before = world.counts().heap_bytes;
  world.MakePartitions(partitions);
  const Counts begin = world.counts();
  world.Pass(kLength);
  const Counts end = world.counts();
  std::cerr << "idle: " << nodes << " nodes, " << partitions << " partitions\n";
  return {Difference(end, begin), (end.heap_bytes - before) / nodes};
}

// Of each node, in a second.
void AddPoints(double x, uint32_t nodes, const Idle& idle, std::vector<Curve>& curves) {
  const double share = absl::ToDoubleSeconds(kLength) * nodes;
  const double values[] = {static_cast<double>(idle.spent.frames) / share,
                           static_cast<double>(idle.spent.frame_bytes) / share,
                           static_cast<double>(idle.spent.syncs) / share,
                           1000 * idle.spent.cpu_seconds / share, idle.heap_per_node / kMib};
  for (size_t i = 0; i < curves.size(); ++i) curves[i].points.push_back({x, values[i]});
}

std::vector<Curve> CurvesOver(const std::string& over) {
  return {{"an idle node, frames sent", "a second", over, {}},
          {"an idle node, bytes sent", "a second", over, {}},
          {"an idle node, syncs", "a second", over, {}},
          {"an idle node, CPU", "ms a second", over, {}},
          {"a node's heap for its partitions", "MiB", over, {}}};
}

}  // namespace

void MeasureIdleCost(bool small, std::vector<Curve>& curves) {
  const std::vector<uint32_t> partitions =
      small ? std::vector<uint32_t>{8, 32} : std::vector<uint32_t>{100, 300, 1000, 3000, 10'000};
  std::vector<Curve> by_partitions = CurvesOver("partitions on a node, 3 nodes");
  for (const uint32_t count : partitions) {
    AddPoints(count, kReplicas, Measure(kReplicas, count), by_partitions);
  }
  const std::vector<uint32_t> nodes =
      small ? std::vector<uint32_t>{3, 5} : std::vector<uint32_t>{3, 5, 9, 27};
  std::vector<Curve> by_nodes = CurvesOver("nodes, 64 partitions on each");
  for (const uint32_t count : nodes) {
    AddPoints(count, count, Measure(count, count * kPartitionsPerNode / kReplicas), by_nodes);
  }
  curves.insert(curves.end(), by_partitions.begin(), by_partitions.end());
  curves.insert(curves.end(), by_nodes.begin(), by_nodes.end());
}

}  // namespace quorate::bench
