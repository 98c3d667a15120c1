#include "client/route_table.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quorate::client {
namespace {

using testing::ElementsAre;

// Two arcs; the first on nodes 1, 2, 3, the second on 2, 3, 1.
TopologyDescription TwoArcs(uint64_t epoch = 1) {
  TopologyDescription topology;
  topology.epoch = Epoch(epoch);
  for (const uint64_t id : {1, 2, 3}) {
    NodeDescription node;
    node.id = NodeId(id);
    node.client_address = "node" + std::to_string(id) + ":7400";
    topology.nodes.push_back(node);
  }
  KeyspaceDescription orders;
  orders.name = "orders";
  orders.partitions = {{PartitionId(10), {NodeId(1), NodeId(2), NodeId(3)}},
                       {PartitionId(11), {NodeId(2), NodeId(3), NodeId(1)}}};
  topology.keyspaces = {orders};
  return topology;
}

constexpr uint64_t kInFirstArc = 0;
constexpr uint64_t kInSecondArc = ~uint64_t{0};

TEST(RouteTableTest, StartsWithThePreferredReplicaOfTheKeysArc) {
  const RouteTable table(TwoArcs());
  EXPECT_THAT(table.RouteFor("orders", kInFirstArc).replicas,
              ElementsAre(NodeId(1), NodeId(2), NodeId(3)));
  EXPECT_THAT(table.RouteFor("orders", kInSecondArc).replicas,
              ElementsAre(NodeId(2), NodeId(3), NodeId(1)));
}

TEST(RouteTableTest, PutsTheReplicaThatServedFirst) {
  RouteTable table(TwoArcs());
  table.Learn("orders", 0, NodeId(3));
  EXPECT_THAT(table.RouteFor("orders", kInFirstArc).replicas,
              ElementsAre(NodeId(3), NodeId(1), NodeId(2)));
  EXPECT_THAT(table.RouteFor("orders", kInSecondArc).replicas,
              ElementsAre(NodeId(2), NodeId(3), NodeId(1)));
}

TEST(RouteTableTest, IgnoresWhatCannotBe) {
  RouteTable table(TwoArcs());
  table.Learn("orders", 0, NodeId(9));
  table.Learn("orders", 2, NodeId(3));
  table.Learn("elsewhere", 0, NodeId(3));
  EXPECT_THAT(table.RouteFor("orders", kInFirstArc).replicas,
              ElementsAre(NodeId(1), NodeId(2), NodeId(3)));
}

TEST(RouteTableTest, KnowsNothingOfOtherKeyspaces) {
  const RouteTable table(TwoArcs());
  EXPECT_FALSE(table.RouteFor("elsewhere", 0).known);
  EXPECT_TRUE(table.RouteFor("elsewhere", 0).replicas.empty());
}

TEST(RouteTableTest, KeepsWhatItLearnedThroughANewTopology) {
  RouteTable older(TwoArcs());
  older.Learn("orders", 0, NodeId(2));
  older.Learn("orders", 1, NodeId(1));
  TopologyDescription next = TwoArcs(2);
  next.keyspaces[0].partitions[1].id = PartitionId(12);  // another partition now
  RouteTable newer(next);
  newer.LearnFrom(older);
  EXPECT_EQ(newer.RouteFor("orders", kInFirstArc).replicas.front(), NodeId(2));
  EXPECT_EQ(newer.RouteFor("orders", kInSecondArc).replicas.front(), NodeId(2));
}

}  // namespace
}  // namespace quorate::client
