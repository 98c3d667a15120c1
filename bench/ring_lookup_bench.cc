// What it costs to find who has a key.
#include <benchmark/benchmark.h>

#include "absl/strings/str_cat.h"
#include "ring/frozen_topology.h"
#include "ring/topology.h"

namespace quorate::ring {
namespace {

// Argument: partitions of the keyspace.
void RingLooksUp(benchmark::State& state) {
  std::vector<NodeInfo> nodes;
  for (uint64_t id = 1; id <= 9; ++id) {
    const std::string host = absl::StrCat("host", id);
    nodes.push_back({NodeId(id), host + ":7400", host + ":7401", "", 100});
  }
  const auto empty = Bootstrap("cluster", nodes);
  if (!empty.ok()) return state.SkipWithError("no cluster");
  const auto topology =
      WithKeyspace(*empty, {.name = "ks", .partitions = static_cast<uint32_t>(state.range(0))});
  if (!topology.ok()) return state.SkipWithError("no keyspace");
  const SharedTopology shared = Freeze(*topology);
  const KeyspaceInfo& keyspace = shared->keyspaces.begin()->second;
  uint64_t number = 0;
  for (auto _ : state) {
    const PartitionInfo& partition = keyspace.PartitionOf(absl::StrCat("key-", ++number));
    benchmark::DoNotOptimize(shared->FindPartition(partition.id));
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(RingLooksUp)->Arg(16)->Arg(1024);

}  // namespace
}  // namespace quorate::ring
