// Of a put: by nodes, by partitions, by what is in flight, by the size of its value.
#include <iostream>

#include "base/check.h"
#include "costs.h"
#include "world.h"

namespace quorate::bench {
namespace {

constexpr absl::Duration kWarmUp = absl::Milliseconds(200);
constexpr absl::Duration kLength = absl::Milliseconds(500);
constexpr uint32_t kInFlight = 64;
constexpr uint32_t kInFlightPerNode = 22;
constexpr size_t kValueBytes = 256;
constexpr uint32_t kPartitionsPerNode = 16;
constexpr uint32_t kPartitions = 8;

std::vector<Curve> CurvesOver(const std::string& over) {
  return {{"a put, frames between nodes", "frames", over, {}},
          {"a put, bytes between nodes", "bytes", over, {}},
          {"a put, syncs of all logs", "syncs", over, {}},
          {"a put, bytes of all logs", "bytes", over, {}},
          {"a put, CPU of all nodes", "us", over, {}}};
}

void Measure(World& world, double x, uint32_t in_flight, size_t value_bytes, bool small,
             std::vector<Curve>& curves) {
  world.Put(in_flight, value_bytes, kWarmUp);
  const Counts before = world.counts();
  const uint64_t done = world.Put(in_flight, value_bytes, small ? absl::Milliseconds(50) : kLength);
  const Counts spent = Difference(world.counts(), before);
  QUORATE_CHECK(done > 0, "puts");
  const double puts = static_cast<double>(done);
  const double values[] = {
      static_cast<double>(spent.frames) / puts, static_cast<double>(spent.frame_bytes) / puts,
      static_cast<double>(spent.syncs) / puts, static_cast<double>(spent.log_bytes) / puts,
      1e6 * spent.cpu_seconds / puts};
  for (size_t i = 0; i < curves.size(); ++i) curves[i].points.push_back({x, values[i]});
  std::cerr << "put: " << curves.front().over << ": " << x << "\n";
}

std::vector<uint32_t> Sizes(bool small, std::vector<uint32_t> all) {
  if (small) all.resize(2);
  return all;
}

}  // namespace

void MeasurePutCost(bool small, std::vector<Curve>& curves) {
  const auto add = [&curves](const std::vector<Curve>& more) {
    curves.insert(curves.end(), more.begin(), more.end());
  };
  std::vector<Curve> by_nodes = CurvesOver("nodes, 16 partitions and 22 puts in flight on each");
  for (const uint32_t nodes : Sizes(small, {3, 5, 9, 27})) {
    World world(nodes);
    world.MakePartitions(nodes * kPartitionsPerNode / 3);
    Measure(world, nodes, nodes * kInFlightPerNode, kValueBytes, small, by_nodes);
  }
  add(by_nodes);
  std::vector<Curve> by_partitions = CurvesOver("partitions, 3 nodes, 64 in flight");
  for (const uint32_t partitions : Sizes(small, {1, 8, 64, 512, 4096, 10'000})) {
    World world(3);
    world.MakePartitions(partitions);
    Measure(world, partitions, kInFlight, kValueBytes, small, by_partitions);
  }
  add(by_partitions);
  World world(3);
  world.MakePartitions(kPartitions);
  std::vector<Curve> by_in_flight = CurvesOver("puts in flight, 3 nodes, 8 partitions");
  for (const uint32_t in_flight : Sizes(small, {1, 4, 16, 64, 256, 1024})) {
    Measure(world, in_flight, in_flight, kValueBytes, small, by_in_flight);
  }
  add(by_in_flight);
  std::vector<Curve> by_value = CurvesOver("bytes of a value, 3 nodes, 64 in flight");
  for (const uint32_t bytes : Sizes(small, {16, 256, 1024, 4096, 16'384})) {
    Measure(world, bytes, kInFlight, bytes, small, by_value);
  }
  add(by_value);
}

}  // namespace quorate::bench
