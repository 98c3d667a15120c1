#include "sim/partition_shapes.h"

#include <gtest/gtest.h>

#include <set>

namespace quorate::sim {
namespace {

Nodes Numbered(size_t count) {
  Nodes nodes;
  for (size_t i = 1; i <= count; ++i) nodes.push_back(NodeId(i));
  return nodes;
}

bool Cuts(const std::vector<LinkRule>& rules, uint64_t from, uint64_t to) {
  for (const LinkRule& rule : rules) {
    if (rule.from == NodeId(from) && rule.to == NodeId(to)) return true;
  }
  return false;
}

// Whom a node can still talk with, itself included.
std::set<uint64_t> Sees(const std::vector<LinkRule>& rules, size_t count, uint64_t node) {
  std::set<uint64_t> seen;
  for (uint64_t other = 1; other <= count; ++other) {
    if (!Cuts(rules, node, other) && !Cuts(rules, other, node)) seen.insert(other);
  }
  return seen;
}

TEST(PartitionShapesTest, AnIsolatedNodeSeesOnlyItself) {
  const auto rules = Isolate(Numbered(5), NodeId(2));
  EXPECT_EQ(Sees(rules, 5, 2), (std::set<uint64_t>{2}));
  EXPECT_EQ(Sees(rules, 5, 1), (std::set<uint64_t>{1, 3, 4, 5}));
}

TEST(PartitionShapesTest, HalvesSeeOnlyThemselves) {
  const auto rules = Halves(Numbered(5), 2);
  EXPECT_EQ(Sees(rules, 5, 1), (std::set<uint64_t>{1, 2}));
  EXPECT_EQ(Sees(rules, 5, 4), (std::set<uint64_t>{3, 4, 5}));
}

TEST(PartitionShapesTest, InAMajorityRingEachSeesAMajorityAndNoTwoTheSame) {
  const auto rules = MajorityRing(Numbered(5));
  std::set<std::set<uint64_t>> majorities;
  for (uint64_t node = 1; node <= 5; ++node) {
    const auto seen = Sees(rules, 5, node);
    EXPECT_EQ(seen.size(), 3u) << "node " << node;
    majorities.insert(seen);
  }
  EXPECT_EQ(majorities.size(), 5u);
}

TEST(PartitionShapesTest, OnlyTheBridgeSeesBothSides) {
  const auto rules = Bridge(Numbered(5));
  EXPECT_EQ(Sees(rules, 5, 1).size(), 5u);
  EXPECT_EQ(Sees(rules, 5, 2), (std::set<uint64_t>{1, 2, 3}));
  EXPECT_EQ(Sees(rules, 5, 5), (std::set<uint64_t>{1, 4, 5}));
}

TEST(PartitionShapesTest, OneWayLeavesTheOtherWayOpen) {
  const auto rules = OneWay({NodeId(1)}, Numbered(3), LinkFault::kCut);
  EXPECT_TRUE(Cuts(rules, 1, 2));
  EXPECT_FALSE(Cuts(rules, 2, 1));
}

}  // namespace
}  // namespace quorate::sim
