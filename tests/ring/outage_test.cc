#include "ring/outage.h"

#include <gtest/gtest.h>

namespace quorate::ring {
namespace {

// Three zones of two nodes each; a keyspace of three replicas, one in each
// zone, and one of a single replica.
Topology SixNodes() {
  std::vector<NodeInfo> nodes;
  for (uint64_t id = 1; id <= 6; ++id) {
    NodeInfo node;
    node.id = NodeId(id);
    node.client_address = "127.0.0.1:" + std::to_string(7000 + id);
    node.peer_address = "127.0.0.1:" + std::to_string(8000 + id);
    node.zone = std::string(1, static_cast<char>('a' + (id - 1) / 2));
    nodes.push_back(node);
  }
  KeyspaceSpec three;
  three.name = "three";
  three.replicas = 3;
  KeyspaceSpec single;
  single.name = "single";
  single.replicas = 1;
  return *WithKeyspace(*WithKeyspace(*Bootstrap("test", nodes), three), single);
}

uint32_t Stopped(const Outage& outage, const std::string& keyspace, Access access, Level level) {
  for (const KeyspaceOutage& one : outage.keyspaces) {
    if (one.keyspace != keyspace) continue;
    for (const LevelOutage& each : one.levels) {
      if (each.guarantee->access == access && each.guarantee->level == level) return each.stopped;
    }
  }
  ADD_FAILURE() << keyspace << " has no such level";
  return 0;
}

TEST(OutageTest, NothingStopsWhileAllAreThere) {
  EXPECT_TRUE(ComputeOutage(SixNodes(), {}).nothing_stops());
}

TEST(OutageTest, AZoneTakesItsSingleReplicasAndTheLevelsThatNeedAll) {
  const Topology topology = SixNodes();
  const Outage outage = ComputeOutage(topology, NodesIn(topology, "b"));
  EXPECT_FALSE(outage.nothing_stops());
  EXPECT_FALSE(outage.topology_stops);
  EXPECT_EQ(Stopped(outage, "three", Access::kWrite, Level::kQuorum), 0u);
  EXPECT_EQ(Stopped(outage, "three", Access::kRead, Level::kLinearizable), 0u);
  EXPECT_EQ(Stopped(outage, "three", Access::kWrite, Level::kAll), 8u);
  const uint32_t lost = Stopped(outage, "single", Access::kRead, Level::kOne);
  EXPECT_GT(lost, 0u);
  EXPECT_LT(lost, 8u);
  EXPECT_EQ(Stopped(outage, "single", Access::kWrite, Level::kQuorum), lost);
}

TEST(OutageTest, TwoZonesLeaveOnlyWhatOneReplicaCanDo) {
  const Topology topology = SixNodes();
  const Outage outage = ComputeOutage(topology, {NodeId(1), NodeId(2), NodeId(3), NodeId(4)});
  EXPECT_TRUE(outage.topology_stops);
  EXPECT_EQ(Stopped(outage, "three", Access::kWrite, Level::kQuorum), 8u);
  EXPECT_EQ(Stopped(outage, "three", Access::kWrite, Level::kOne), 8u);  // no leader
  EXPECT_EQ(Stopped(outage, "three", Access::kRead, Level::kLinearizable), 8u);
  EXPECT_EQ(Stopped(outage, "three", Access::kRead, Level::kOne), 0u);
  EXPECT_EQ(Stopped(outage, "three", Access::kRead, Level::kSession), 0u);
}

TEST(OutageTest, ZonesAreThoseThatNodesName) {
  Topology topology = SixNodes();
  EXPECT_EQ(ZonesOf(topology), (std::set<std::string>{"a", "b", "c"}));
  EXPECT_EQ(NodesIn(topology, "b"), (std::set<NodeId>{NodeId(3), NodeId(4)}));
  EXPECT_TRUE(NodesIn(topology, "z").empty());
  for (NodeInfo& node : topology.nodes) node.zone.clear();
  EXPECT_TRUE(ZonesOf(topology).empty());
  EXPECT_TRUE(NodesIn(topology, "").empty());
}

// Of five replicas two stand in each of the zones a and b, one in c.
Topology FiveNodes() {
  std::vector<NodeInfo> nodes;
  for (uint64_t id = 1; id <= 5; ++id) {
    NodeInfo node;
    node.id = NodeId(id);
    node.client_address = "127.0.0.1:" + std::to_string(7000 + id);
    node.peer_address = "127.0.0.1:" + std::to_string(8000 + id);
    node.zone = std::string(1, static_cast<char>('a' + (id - 1) / 2));
    nodes.push_back(node);
  }
  KeyspaceSpec spec;
  spec.name = "carts";
  spec.mode = Mode::kQuorum;
  spec.conflict = Conflict::kLww;
  spec.replicas = 5;
  spec.partitions = 1;
  return *WithKeyspace(*Bootstrap("test", nodes), spec);
}

TEST(OutageTest, LevelsThatCountByZonesStopByZones) {
  const Topology topology = FiveNodes();
  const auto stopped = [&](const std::set<NodeId>& down, Access access, Level level) {
    return Stopped(ComputeOutage(topology, down), "carts", access, level) == 1;
  };
  const NodeId n1(1);
  const NodeId n3(3);
  const NodeId n5(5);
  // Without n1, zone a has one of two replicas.
  EXPECT_FALSE(stopped({n1}, Access::kWrite, Level::kQuorum));
  EXPECT_TRUE(stopped({n1}, Access::kWrite, Level::kEachQuorum));
  EXPECT_FALSE(stopped({n1}, Access::kWrite, Level::kLocalQuorum)) << "it goes on in b and c";
  EXPECT_FALSE(stopped({n1, n3}, Access::kRead, Level::kLocalQuorum)) << "it goes on in c";
  EXPECT_TRUE(stopped({n1, n3, n5}, Access::kRead, Level::kLocalQuorum));
}

TEST(OutageTest, TellsWhatEachZoneHasAndNeeds) {
  const Topology topology = FiveNodes();
  const KeyspaceInfo& carts = *topology.FindKeyspace("carts");
  const std::vector<ZoneShare> shares = ZoneSharesOf(topology, carts);
  ASSERT_EQ(shares.size(), 3u);
  EXPECT_EQ(shares[0].zone, "a");
  EXPECT_EQ(shares[0].replicas, 2u);
  EXPECT_EQ(shares[0].needs, 2u);
  EXPECT_EQ(shares[2].replicas, 1u);
  EXPECT_EQ(shares[2].needs, 1u);
  EXPECT_EQ(CountIn(topology, carts, Share::kMajority), 3u);
  EXPECT_EQ(CountIn(topology, carts, Share::kEachZoneMajority), 5u);
  EXPECT_EQ(CountIn(topology, carts, Share::kZoneMajority), 1u);
}

}  // namespace
}  // namespace quorate::ring
