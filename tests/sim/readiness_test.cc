// When a node says that it is fit to serve, in a cluster under virtual time.
#include <gtest/gtest.h>

#include <functional>

#include "cluster_fixture.h"

namespace quorate::sim {
namespace {

Knobs SlowNetwork() {
  Knobs knobs = ThreeNodes();
  knobs.node.rebalance_interval = absl::Hours(1);  // leaders stay where they are
  // So slow that an election takes longer than a tick.
  knobs.network.delay_min = absl::Milliseconds(20);
  return knobs;
}

class ReadinessTest : public ::testing::Test, public ClusterFixture {
 protected:
  ReadinessTest() : ClusterFixture(SlowNetwork()) {}

  bool Ready(NodeId id) { return node(id).node()->ready(); }
  // Looks often; true once `going` is over, false if it lasts.
  bool RunWhile(absl::Duration longest, const std::function<bool()>& going) {
    return Await(longest, [&] { return !going(); });
  }
  void Create(const ring::KeyspaceSpec& spec, NodeId at = NodeId(1)) {
    Execute(
        at,
        [spec](Node& one, absl::Duration deadline) {
          one.CreateKeyspace(spec, deadline, [](const auto&) {});
        },
        absl::Seconds(5));
  }
  bool Knows(NodeId node, const std::string& keyspace) {
    return cluster_.node(node).node()->topology()->FindKeyspace(keyspace) != nullptr;
  }
  // Of the nodes that `keyspace`, of one partition, will be on.
  Nodes ReplicasToBe(const ring::KeyspaceSpec& spec) {
    return ring::WithKeyspace(*cluster_.topology(), spec)
        ->FindKeyspace(spec.name)
        ->partitions[0]
        .replicas;
  }
  void LeadMetaFrom(NodeId node) {
    EXPECT_TRUE(RunWhile(absl::Seconds(30), [&] {
      const NodeId leader = cluster_.LeaderOf(kMetaPartition);
      if (leader == node) return false;
      if (leader) {
        cluster_.node(leader).process()->WhenRunning(
            [node](Node& running) { running.TransferLeader(kMetaPartition, node, [](auto) {}); });
      }
      return true;
    }));
  }
};

TEST_F(ReadinessTest, IsNotLostToTheFirstElectionsOfANewKeyspace) {
  for (int round = 0; round < 3; ++round) {
    const std::string name = "new" + std::to_string(round);
    Create({.name = name, .partitions = 8});
    // The whole of it: the change, its way to each node, the elections.
    EXPECT_FALSE(RunWhile(absl::Seconds(2), [this] { return AllReady(); })) << name;
    for (const NodeId node : cluster_.ids()) EXPECT_TRUE(Knows(node, name));
  }
}

TEST_F(ReadinessTest, IsLostToANewPartitionThatFindsNoLeaderForSeconds) {
  const ring::KeyspaceSpec spec{.name = "split", .replicas = 2, .partitions = 1};
  const Nodes apart = ReplicasToBe(spec);
  ASSERT_EQ(apart.size(), 2u);
  const NodeId between(6 - apart[0].value() - apart[1].value());
  LeadMetaFrom(between);
  cluster_.network().Break(Between({apart[0]}, {apart[1]}, LinkFault::kCut));
  Create(spec, between);  // the others may not have heard yet who leads
  ASSERT_TRUE(RunWhile(absl::Seconds(5), [&] { return !Knows(apart[0], spec.name); }));
  EXPECT_FALSE(RunWhile(absl::Milliseconds(4900), [&] { return Ready(apart[0]); }));
  EXPECT_TRUE(RunWhile(absl::Milliseconds(200), [&] { return Ready(apart[0]); }));
  EXPECT_TRUE(Ready(between));
}

}  // namespace
}  // namespace quorate::sim
