#include "ring/leaders.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/random.h"

namespace quorate::ring {
namespace {

std::vector<PlacementNode> Nodes(uint64_t count) {
  std::vector<PlacementNode> nodes;
  for (uint64_t id = 1; id <= count; ++id) nodes.push_back({.id = NodeId(id), .zone = ""});
  return nodes;
}

std::vector<ArcReplicas> RandomArcs(Random& random, size_t nodes, size_t arcs) {
  std::vector<ArcReplicas> made(arcs);
  for (ArcReplicas& arc : made) {
    const uint64_t size = random.Between(1, std::min<uint64_t>(nodes, 3));
    while (arc.nodes.size() < size) {
      const auto node = static_cast<uint32_t>(random.Below(nodes));
      if (std::find(arc.nodes.begin(), arc.nodes.end(), node) != arc.nodes.end()) continue;
      arc.nodes.push_back(node);
    }
    arc.led_by_first = random.Chance(0.5);
  }
  return made;
}

std::vector<uint64_t> Loads(size_t nodes, const std::vector<uint32_t>& leaders) {
  std::vector<uint64_t> loads(nodes, 0);
  for (uint32_t node : leaders) ++loads[node];
  return loads;
}

bool IsFair(const std::vector<uint64_t>& loads, size_t arcs) {
  const size_t nodes = loads.size();
  return std::all_of(loads.begin(), loads.end(), [&](uint64_t load) {
    return load >= arcs / nodes && load <= (arcs + nodes - 1) / nodes;
  });
}

// By trying every choice.
bool HasFairChoice(const std::vector<ArcReplicas>& arcs, size_t at, std::vector<uint64_t>& loads) {
  if (at == arcs.size()) return IsFair(loads, arcs.size());
  for (uint32_t node : arcs[at].nodes) {
    ++loads[node];
    const bool found = HasFairChoice(arcs, at + 1, loads);
    --loads[node];
    if (found) return true;
  }
  return false;
}

TEST(LeadersTest, EveryNodeLeadsItsFairShareIfThereIsAnyWay) {
  Random random(1);
  int fair = 0, unfair = 0;
  for (int round = 0; round < 20'000; ++round) {
    const size_t nodes = random.Between(2, 5);
    const auto arcs = RandomArcs(random, nodes, random.Between(1, 8));
    const auto leaders = ComputeLeaders(Nodes(nodes), arcs);
    ASSERT_EQ(leaders.size(), arcs.size());
    for (size_t a = 0; a < arcs.size(); ++a) {
      ASSERT_NE(std::find(arcs[a].nodes.begin(), arcs[a].nodes.end(), leaders[a]),
                arcs[a].nodes.end());
    }
    std::vector<uint64_t> none(nodes, 0);
    const bool can = HasFairChoice(arcs, 0, none);
    ++(can ? fair : unfair);
    ASSERT_TRUE(!can || IsFair(Loads(nodes, leaders), arcs.size())) << round;
  }
  EXPECT_GT(fair, 1000);
  EXPECT_GT(unfair, 1000);
}

TEST(LeadersTest, WhoLeadsItsFairShareGoesOnLeading) {
  std::vector<ArcReplicas> arcs;
  for (uint32_t node = 0; node < 4; ++node) arcs.push_back({{node, (node + 1) % 4}, true});
  EXPECT_EQ(ComputeLeaders(Nodes(4), arcs), (std::vector<uint32_t>{0, 1, 2, 3}));
}

TEST(LeadersTest, AHeavierNodeLeadsMore) {
  std::vector<PlacementNode> nodes = Nodes(2);
  nodes[0].weight = 300;
  const std::vector<ArcReplicas> arcs(8, {{1, 0}, false});
  EXPECT_EQ(Loads(2, ComputeLeaders(nodes, arcs)), (std::vector<uint64_t>{6, 2}));
}

}  // namespace
}  // namespace quorate::ring
