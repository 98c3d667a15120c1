#include "ring/move_plan.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "base/random.h"
#include "ring/desired.h"
#include "ring/moves.h"

namespace quorate::ring {
namespace {

NodeInfo PlanNode(uint64_t number, uint64_t id) {
  const std::string host = "host" + std::to_string(number);
  return {NodeId(id), host + ":7400", host + ":7401", "", 100};
}

Topology PlanCluster(uint64_t nodes, uint32_t replicas, uint32_t partitions) {
  std::vector<NodeInfo> list;
  for (uint64_t id = 1; id <= nodes; ++id) list.push_back(PlanNode(id, id));
  return *WithKeyspace(*Bootstrap("test", list),
                       {.name = "k", .replicas = replicas, .partitions = partitions});
}

uint32_t CopiesOf(const MovePlan& plan) {
  return static_cast<uint32_t>(
      std::count_if(plan.moves.begin(), plan.moves.end(),
                    [](const PlannedMove& move) { return move.to != NodeId(); }));
}

// How many replicas come to a node on the whole way to the targets.
uint32_t CopiesDone(Topology topology) {
  uint32_t copies = 0;
  for (;;) {
    Topology next = WithMovesBegun(topology, {});
    if (next.epoch == topology.epoch) return copies;
    for (uint64_t id = 1; id < next.next_partition_id; ++id) {
      const PartitionInfo* partition = nullptr;
      if (next.meta.id == PartitionId(id)) partition = &next.meta;
      for (const PartitionInfo& one : next.keyspaces.at("k").partitions) {
        if (one.id == PartitionId(id)) partition = &one;
      }
      if (partition == nullptr || !partition->moving()) continue;
      copies += partition->joining ? 1 : 0;
      next = WithMoveDone(next, PartitionId(id), Epoch(partition->moving_since));
    }
    topology = std::move(next);
  }
}

TEST(MovePlanTest, WhatIsPlannedIsWhatIsDoneAndNearTheFewestPossible) {
  Random random(4);
  for (int round = 0; round < 200; ++round) {
    SCOPED_TRACE(round);
    const uint64_t nodes = random.Between(2, 8);
    const auto replicas = static_cast<uint32_t>(random.Between(1, std::min<uint64_t>(nodes, 5)));
    const Topology before =
        PlanCluster(nodes, replicas, static_cast<uint32_t>(random.Between(8, 64)));
    const Topology after = *WithNode(before, PlanNode(nodes + 1, 0));
    const MovePlan plan = ComputePlan(before, after);
    EXPECT_EQ(CopiesOf(plan), CopiesDone(after));
    EXPECT_GE(CopiesOf(plan), plan.moves_min);
    EXPECT_LE(CopiesOf(plan), plan.moves_min + plan.moves_min / 5);
    for (const PlannedMove& move : plan.moves) EXPECT_EQ(move.to, after.nodes.back().id);
    ASSERT_EQ(plan.loads.size(), nodes + 1);
    EXPECT_EQ(plan.loads.back().before, 0u);
    EXPECT_GT(plan.loads.back().after, 0u);
  }
}

TEST(MovePlanTest, ANodeThatLeavesGivesAwayAllItHasAndNobodyElseMoves) {
  const Topology before = PlanCluster(4, 3, 32);
  const Topology after = *WithNodeLeaving(before, NodeId(2));
  const MovePlan plan = ComputePlan(before, after);
  for (const PlannedMove& move : plan.moves) EXPECT_EQ(move.from, NodeId(2));
  EXPECT_EQ(plan.loads[1].before, 25u) << "the meta group's, too";
  EXPECT_EQ(plan.loads[1].after, 0u);
  EXPECT_EQ(CopiesOf(plan), CopiesDone(after));
  EXPECT_GE(plan.moves_min, 24u);
}

TEST(MovePlanTest, NothingMovesWhereNothingChanges) {
  const Topology topology = PlanCluster(3, 3, 8);
  EXPECT_TRUE(ComputePlan(topology, topology).moves.empty());
  EXPECT_EQ(ComputePlan(topology, topology).moves_min, 0u);
}

}  // namespace
}  // namespace quorate::ring
