// What is remembered of nodes that were let go.
#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"
#include "ring/moves.h"

namespace quorate::ring {
namespace {

NodeInfo AtHost(uint64_t number) {
  const std::string host = "host" + std::to_string(number);
  return {NodeId(), host + ":1", host + ":2", "", 100};
}

TEST(DepartedNodesTest, TheLastOfThemAreToBeFoundWhereTheyWere) {
  NodeInfo first = AtHost(1);
  first.id = NodeId(1);
  Topology topology = *Bootstrap("cluster", {first});
  const uint64_t last = limits::kDepartedNodesMax + 3;
  for (uint64_t id = 2; id <= last; ++id) {
    topology = *WithNodeLeaving(*WithNode(topology, AtHost(id)), NodeId(id));
    EXPECT_EQ(topology.PeerAddressOf(NodeId(id)), AtHost(id).peer_address);
    topology = WithoutEmptyNodes(topology, {NodeId(id)});
    ASSERT_EQ(topology.FindNode(NodeId(id)), nullptr) << id;
  }
  EXPECT_EQ(topology.departed.size(), limits::kDepartedNodesMax);
  EXPECT_EQ(topology.PeerAddressOf(NodeId(last)), AtHost(last).peer_address);
  EXPECT_EQ(topology.PeerAddressOf(NodeId(2)), "");
  EXPECT_EQ(topology.PeerAddressOf(NodeId(1)), AtHost(1).peer_address);
  EXPECT_EQ(*DecodeTopology(EncodeTopology(topology)), topology);
}

}  // namespace
}  // namespace quorate::ring
