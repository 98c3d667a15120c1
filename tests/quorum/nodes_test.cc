#include "quorum/nodes.h"

#include <gtest/gtest.h>

#include <vector>

namespace quorate::quorum {
namespace {

std::vector<uint64_t> In(const Nodes& nodes) {
  std::vector<uint64_t> numbers;
  for (NodeId node : nodes) numbers.push_back(node.value());
  return numbers;
}

TEST(NodesTest, AreInOrderAndEachOnce) {
  Nodes nodes = {NodeId(3), NodeId(1)};
  for (uint64_t node : {2, 3, 1, 5}) nodes.insert(NodeId(node));
  EXPECT_EQ(In(nodes), (std::vector<uint64_t>{1, 2, 3, 5}));
  EXPECT_TRUE(nodes.contains(NodeId(5)));
  EXPECT_FALSE(nodes.contains(NodeId(4)));
}

TEST(NodesTest, EraseLeavesTheOthers) {
  Nodes nodes = {NodeId(1), NodeId(2), NodeId(3)};
  nodes.erase(NodeId(2));
  nodes.erase(NodeId(7));
  EXPECT_EQ(In(nodes), (std::vector<uint64_t>{1, 3}));
  EXPECT_EQ(nodes, (Nodes{NodeId(3), NodeId(1)}));
}

TEST(NodesTest, MergeTakesWhatIsInEither) {
  Nodes nodes = {NodeId(1), NodeId(4)};
  nodes.merge({NodeId(2), NodeId(4)});
  EXPECT_EQ(In(nodes), (std::vector<uint64_t>{1, 2, 4}));
}

TEST(NodesDeathTest, MoreThanAPartitionCanHaveIsABug) {
  Nodes nodes;
  const auto fill = [&] {
    for (uint64_t node = 1; node <= 99; ++node) nodes.insert(NodeId(node));
  };
  EXPECT_DEATH(fill(), "more nodes than a partition has replicas");
}

}  // namespace
}  // namespace quorate::quorum
