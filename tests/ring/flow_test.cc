#include "ring/flow.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "base/random.h"

namespace quorate::ring {
namespace {

// A matching that can only be completed by moving what was taken first.
TEST(FlowTest, GivesWayWhereMoreGoesThroughElsewhere) {
  FlowNetwork flow(6);  // source 0, left 1 2, right 3 4, sink 5
  const auto s1 = flow.AddEdge(0, 1, 1);
  const auto s2 = flow.AddEdge(0, 2, 1);
  const auto first = flow.AddEdge(1, 3, 1);
  const auto other = flow.AddEdge(1, 4, 1);
  flow.AddEdge(2, 3, 1);
  const auto end = flow.AddEdge(3, 5, 1);
  flow.AddEdge(4, 5, 1);
  for (auto edge : {s1, first, end}) flow.Send(edge);
  EXPECT_EQ(flow.Augment(0, 5), 1u);
  EXPECT_EQ(flow.FlowOn(s2), 1u);
  EXPECT_EQ(flow.FlowOn(first), 0u);
  EXPECT_EQ(flow.FlowOn(other), 1u);
}

TEST(FlowTest, MoreCapacityLetsMoreThrough) {
  FlowNetwork flow(3);
  flow.AddEdge(0, 1, 9);
  const auto narrow = flow.AddEdge(1, 2, 2);
  EXPECT_EQ(flow.Augment(0, 2), 2u);
  EXPECT_EQ(flow.Augment(0, 2), 0u);
  flow.RaiseCapacity(narrow, 3);
  EXPECT_EQ(flow.Augment(0, 2), 3u);
  EXPECT_EQ(flow.FlowOn(narrow), 5u);
  EXPECT_EQ(flow.Spare(narrow), 0u);
}

TEST(FlowTest, TakesTheCheapestWaysAndStopsWhereTheyGetTooDear) {
  FlowNetwork flow(4);  // source 0, cheap 1, dear 2, sink 3
  flow.AddEdge(0, 1, 2);
  flow.AddEdge(0, 2, 2);
  const auto cheap = flow.AddEdge(1, 3, 1, 1);
  const auto across = flow.AddEdge(1, 2, 2, 1);
  const auto dear = flow.AddEdge(2, 3, 2, 4);
  EXPECT_EQ(flow.Augment(0, 3, 0), 0u);
  EXPECT_EQ(flow.Augment(0, 3, 1), 1u);
  EXPECT_EQ(flow.FlowOn(cheap), 1u);
  EXPECT_EQ(flow.Augment(0, 3), 2u);
  EXPECT_EQ(flow.FlowOn(dear), 2u);
  EXPECT_EQ(flow.FlowOn(across), 0u);
}

// The narrowest cut, by trying every side for every vertex.
uint64_t SmallestCut(size_t vertices, const std::vector<std::array<uint32_t, 3>>& edges) {
  uint64_t smallest = UINT64_MAX;
  for (uint32_t side = 0; side < (1u << vertices); ++side) {
    if ((side & 1) == 0 || (side >> (vertices - 1) & 1) == 1) continue;
    uint64_t cut = 0;
    for (const auto& [from, to, capacity] : edges) {
      if ((side >> from & 1) == 1 && (side >> to & 1) == 0) cut += capacity;
    }
    smallest = std::min(smallest, cut);
  }
  return smallest;
}

TEST(FlowTest, IsAsLargeAsTheNarrowestCut) {
  Random random(1);
  for (int round = 0; round < 2000; ++round) {
    const size_t vertices = random.Between(2, 7);
    FlowNetwork flow(vertices);
    std::vector<std::array<uint32_t, 3>> edges;
    for (uint64_t n = random.Below(15); n > 0; --n) {
      const auto from = static_cast<uint32_t>(random.Below(vertices));
      const auto to = static_cast<uint32_t>(random.Below(vertices));
      if (from == to) continue;
      edges.push_back({from, to, static_cast<uint32_t>(random.Below(4))});
      flow.AddEdge(from, to, edges.back()[2]);
    }
    ASSERT_EQ(flow.Augment(0, static_cast<uint32_t>(vertices - 1)), SmallestCut(vertices, edges))
        << round;
  }
}

}  // namespace
}  // namespace quorate::ring
