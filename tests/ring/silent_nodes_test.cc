// Moves while some nodes say nothing: no partition is left without a majority.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "ring/desired.h"
#include "ring/moves.h"

namespace quorate::ring {
namespace {

Topology ClusterOf(uint64_t count) {
  std::vector<NodeInfo> nodes;
  for (uint64_t id = 1; id <= count; ++id) {
    const std::string host = "host" + std::to_string(id);
    nodes.push_back({NodeId(id), host + ":1", host + ":2", "", 100});
  }
  return *Bootstrap("cluster", nodes);
}

// One partition, with these replicas, that is to go to `target`.
Topology OneTo(std::vector<NodeId> replicas, std::vector<NodeId> target) {
  Topology topology = *WithKeyspace(ClusterOf(5), {.name = "k", .replicas = 1, .partitions = 1});
  PartitionInfo& partition = topology.keyspaces.at("k").partitions.front();
  partition.replicas = std::move(replicas);
  partition.target = std::move(target);
  return topology;
}

MoveLimits Without(const std::set<NodeId>& silent) { return {.unfit = silent, .silent = silent}; }

const PartitionInfo& TheOne(const Topology& topology) {
  return topology.keyspaces.at("k").partitions.front();
}

bool CanDecide(const std::vector<NodeId>& voters, const std::set<NodeId>& silent) {
  size_t heard = 0;
  for (NodeId node : voters) heard += silent.contains(node) ? 0 : 1;
  return heard > voters.size() / 2;
}

constexpr NodeId k1{1}, k2{2}, k3{3}, k4{4};

TEST(SilentNodesTest, APartitionDoesNotShrinkToAMajorityThatIsSilent) {
  const Topology topology = OneTo({k1, k2, k3}, {k1, k3});
  EXPECT_EQ(WithMovesBegun(topology, Without({k3})).epoch, topology.epoch);
  EXPECT_EQ(WithMovesBegun(topology, Without({k1})).epoch, topology.epoch);
  EXPECT_EQ(TheOne(WithMovesBegun(topology, Without({k2}))).leaving, k2);
  EXPECT_EQ(TheOne(WithMovesBegun(topology, {})).leaving, k2);
}

TEST(SilentNodesTest, WhoIsSilentGoesFirst) {
  EXPECT_EQ(TheOne(WithMovesBegun(OneTo({k1, k2, k3, k4}, {k1, k2}), Without({k4}))).leaving, k4);
  EXPECT_EQ(TheOne(WithMovesBegun(OneTo({k1, k2, k3, k4}, {k1, k2}), {})).leaving, k3);
}

TEST(SilentNodesTest, OneThatIsReplacedIsNotWaitedFor) {
  const Topology next = WithMovesBegun(OneTo({k1, k2, k3}, {k1, k2, k4}), Without({k3}));
  EXPECT_EQ(TheOne(next).joining, k4);
  EXPECT_EQ(TheOne(next).leaving, k3);
}

std::vector<PartitionInfo> AllOf(const Topology& topology) {
  std::vector<PartitionInfo> all{topology.meta};
  for (const auto& [name, keyspace] : topology.keyspaces) {
    all.insert(all.end(), keyspace.partitions.begin(), keyspace.partitions.end());
  }
  return all;
}

// Ends each move that can end; `next` is the same where there is none.
Topology WithMovesDone(Topology topology, const std::set<NodeId>& silent) {
  for (const PartitionInfo& one : AllOf(topology)) {
    if (!one.moving() || !CanDecide(one.replicas, silent)) continue;
    topology = WithMoveDone(topology, one.id, one.moving_since);
  }
  return topology;
}

std::set<PartitionId> Deciding(const Topology& topology, const std::set<NodeId>& silent) {
  std::set<PartitionId> deciding;
  for (const PartitionInfo& one : AllOf(topology)) {
    const bool able = CanDecide(one.replicas, silent) && CanDecide(ReplicasAfterMove(one), silent);
    if (able) deciding.insert(one.id);
  }
  return deciding;
}

TEST(SilentNodesTest, WhateverChangesNobodyWhoCouldDecideEndsUpUnableTo) {
  Random random(1);
  uint64_t waited = 0;
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE(round);
    const uint64_t nodes = random.Between(3, 7);
    const auto replicas = static_cast<uint32_t>(random.Between(2, std::min<uint64_t>(nodes, 5)));
    Topology topology =
        *WithKeyspace(ClusterOf(nodes), {.name = "k", .replicas = replicas, .partitions = 8});
    std::set<NodeId> silent;
    for (uint64_t i = 0; i < (nodes - 1) / 2; ++i) silent.insert(NodeId(random.Between(1, nodes)));
    const auto fewer = static_cast<uint32_t>(random.Between(1, replicas));
    if (auto altered = WithAlteredKeyspace(topology, {.name = "k", .replicas = fewer});
        altered.ok()) {
      topology = *std::move(altered);
    }
    if (auto leaving = WithNodeLeaving(topology, NodeId(random.Between(1, nodes))); leaving.ok()) {
      topology = *std::move(leaving);
    }
    for (Epoch before; before != topology.epoch;) {
      before = topology.epoch;
      for (const bool begin : {true, false}) {
        const std::set<PartitionId> able = Deciding(topology, silent);
        topology =
            begin ? WithMovesBegun(topology, Without(silent)) : WithMovesDone(topology, silent);
        const std::set<PartitionId> still = Deciding(topology, silent);
        for (const PartitionId one : able) ASSERT_TRUE(still.contains(one)) << one;
      }
    }
    for (const PartitionInfo& one : AllOf(topology)) waited += one.target.empty() ? 0 : 1;
    // Once all are back, all goes where it is to be.
    for (Epoch before; before != topology.epoch;) {
      before = topology.epoch;
      topology = WithMovesDone(WithMovesBegun(topology, {}), {});
    }
    for (const PartitionInfo& one : AllOf(topology)) {
      ASSERT_TRUE(!one.moving() && one.target.empty()) << one.id;
    }
  }
  EXPECT_GT(waited, 100u);
}

}  // namespace
}  // namespace quorate::ring
