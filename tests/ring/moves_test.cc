#include "ring/moves.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "base/error.h"
#include "base/limits.h"
#include "base/random.h"
#include "ring/desired.h"
#include "ring/upgrade.h"

namespace quorate::ring {
namespace {

NodeInfo NodeAt(uint64_t number, std::string zone = "") {
  const std::string host = "host" + std::to_string(number);
  return {NodeId(number), host + ":7400", host + ":7401", std::move(zone), 100};
}

// Of no id yet.
NodeInfo Newcomer(uint64_t number, std::string zone = "") {
  NodeInfo node = NodeAt(number, std::move(zone));
  node.id = NodeId();
  return node;
}

Topology Cluster(uint64_t nodes, uint64_t zones = 1) {
  std::vector<NodeInfo> list;
  for (uint64_t id = 1; id <= nodes; ++id) {
    list.push_back(NodeAt(id, "z" + std::to_string(id % zones)));
  }
  return *Bootstrap("cluster", list);
}

Topology With(const Topology& topology, std::string name, uint32_t replicas, uint32_t partitions) {
  auto next =
      WithKeyspace(topology, {.name = name, .replicas = replicas, .partitions = partitions});
  EXPECT_TRUE(next.ok()) << next.status();
  return *std::move(next);
}

std::vector<PartitionInfo> PartitionsOf(const Topology& topology) {
  std::vector<PartitionInfo> all{topology.meta};
  for (const auto& [name, keyspace] : topology.keyspaces) {
    all.insert(all.end(), keyspace.partitions.begin(), keyspace.partitions.end());
  }
  return all;
}

// How many replicas were filled anew until nothing was left to do. `seen` gets every
// topology on the way.
uint64_t Settle(Topology& topology, const std::function<void(const Topology&)>& seen) {
  uint64_t filled = 0;
  for (int steps = 0; steps < 2'000; ++steps) {
    Topology next = WithMovesBegun(topology, {});
    if (next.epoch == topology.epoch) {
      for (const PartitionInfo& partition : PartitionsOf(topology)) {
        if (!partition.moving()) continue;
        filled += partition.id != kMetaPartition && partition.joining ? 1 : 0;
        next = WithMoveDone(topology, partition.id, partition.moving_since);
        break;
      }
    }
    if (next.epoch == topology.epoch) return filled;
    EXPECT_EQ(next.epoch, topology.epoch.next());
    topology = std::move(next);
    seen(topology);
  }
  std::string moves;
  for (const PartitionInfo& partition : PartitionsOf(WithMovesBegun(topology, {}))) {
    if (!partition.moving()) continue;
    moves += " " + partition.id.ToString() + ": " + partition.joining.ToString() + " for " +
             partition.leaving.ToString();
  }
  ADD_FAILURE() << "moves without end:" << moves;
  return filled;
}

uint64_t Settle(Topology& topology) {
  return Settle(topology, [](const Topology&) {});
}

std::map<NodeId, uint64_t> Loads(const KeyspaceInfo& keyspace) {
  std::map<NodeId, uint64_t> loads;
  for (const PartitionInfo& partition : keyspace.partitions) {
    for (NodeId node : partition.replicas) ++loads[node];
  }
  return loads;
}

Topology RandomCluster(Random& random, uint64_t nodes) {
  Topology topology = Cluster(nodes, random.Between(1, nodes));
  const uint64_t keyspaces = random.Between(1, 3);
  for (uint64_t i = 0; i < keyspaces; ++i) {
    topology = With(topology, "k" + std::to_string(i),
                    static_cast<uint32_t>(random.Between(1, std::min<uint64_t>(nodes, 5))),
                    static_cast<uint32_t>(random.Between(1, 32)));
  }
  return topology;
}

TEST(MovesTest, NothingMovesInAClusterThatHasNotChanged) {
  Random random(1);
  for (int round = 0; round < 500; ++round) {
    SCOPED_TRACE(round);
    const Topology topology = RandomCluster(random, random.Between(1, 9));
    for (const PartitionInfo& partition : PartitionsOf(WithMovesBegun(topology, {}))) {
      ASSERT_FALSE(partition.moving()) << partition.id;
    }
  }
}

TEST(MovesTest, ANewNodeGetsItsShareAndNoMoreMovesThanThat) {
  Random random(2);
  for (int round = 0; round < 300; ++round) {
    SCOPED_TRACE(round);
    const uint64_t nodes = random.Between(1, 8);
    Topology topology = Cluster(nodes);
    const auto replicas = static_cast<uint32_t>(random.Between(1, std::min<uint64_t>(nodes, 5)));
    const auto partitions = static_cast<uint32_t>(random.Between(8, 64));
    topology = With(topology, "k", replicas, partitions);
    auto joined = WithNode(topology, Newcomer(nodes + 1, "z0"));
    ASSERT_TRUE(joined.ok()) << joined.status();
    topology = *std::move(joined);
    const uint64_t filled = Settle(topology);
    const uint64_t total = uint64_t{replicas} * partitions;
    const uint64_t share = (total + nodes) / (nodes + 1);
    EXPECT_LE(filled, share + share / 5);
    for (const auto& [node, load] : Loads(topology.keyspaces.at("k"))) {
      EXPECT_LE(load, share) << node;
      EXPECT_GE(load, total / (nodes + 1)) << node;
    }
  }
}

TEST(MovesTest, OneReplicaOfAPartitionMovesAtATimeAndOnlySoManyPartitions) {
  Random random(3);
  for (int round = 0; round < 100; ++round) {
    SCOPED_TRACE(round);
    Topology topology = RandomCluster(random, random.Between(2, 7));
    topology = *WithNode(topology, Newcomer(20, "z9"));
    topology = *WithNode(topology, Newcomer(21, "z9"));
    Topology before = topology;
    Settle(topology, [&](const Topology& now) {
      const auto was = PartitionsOf(before), is = PartitionsOf(now);
      uint32_t moving = 0;
      for (size_t i = 0; i < is.size(); ++i) {
        moving += is[i].moving() ? 1 : 0;
        // What is there after the move has all but one of what there was before it.
        std::set<NodeId> left(was[i].replicas.begin(), was[i].replicas.end());
        for (NodeId node : is[i].replicas) left.erase(node);
        ASSERT_LE(left.size(), 1u);
        ASSERT_TRUE(!is[i].joining || !is[i].HasReplicaOn(is[i].joining));
        ASSERT_TRUE(!is[i].leaving || is[i].HasReplicaOn(is[i].leaving));
      }
      ASSERT_LE(moving, MoveLimits().at_once);
      before = now;
    });
  }
}

TEST(MovesTest, ALeavingNodeIsEmptiedAndGoes) {
  Random random(4);
  for (int round = 0; round < 200; ++round) {
    SCOPED_TRACE(round);
    const uint64_t nodes = random.Between(2, 8);
    Topology topology = RandomCluster(random, nodes);
    const NodeId leaves(random.Between(1, nodes));
    auto leaving = WithNodeLeaving(topology, leaves);
    if (!leaving.ok()) {
      EXPECT_EQ(ReasonOf(leaving.status()), "TOO_FEW_NODES");
      continue;
    }
    topology = *std::move(leaving);
    const uint64_t held = topology.PartitionsOn(leaves).size();
    EXPECT_EQ(WithoutEmptyNodes(topology, {leaves}).nodes.size(), held > 0 ? nodes : nodes - 1);
    const uint64_t filled = Settle(topology);
    EXPECT_LE(filled, held + held / 5 + 1);
    topology = WithoutEmptyNodes(topology, {leaves});
    EXPECT_EQ(topology.FindNode(leaves), nullptr);
    for (const auto& [name, keyspace] : topology.keyspaces) {
      for (const PartitionInfo& partition : keyspace.partitions) {
        EXPECT_EQ(partition.replicas.size(), keyspace.replicas);
      }
    }
  }
}

TEST(MovesTest, TheMetaGroupGrowsWithTheClusterAndHealsWhenANodeLeaves) {
  Topology topology = Cluster(1);
  for (uint64_t node = 2; node <= 7; ++node) {
    topology = *WithNode(topology, Newcomer(node));
    Settle(topology);
    EXPECT_EQ(topology.meta.replicas.size(), std::min<uint64_t>(node, 5));
  }
  topology = *WithNodeLeaving(topology, NodeId(2));
  Settle(topology);
  EXPECT_FALSE(topology.meta.HasReplicaOn(NodeId(2)));
  EXPECT_TRUE(topology.meta.HasReplicaOn(NodeId(6)));
}

TEST(MovesTest, AMoveIsDoneOnceAndOnlyTheOneThatIsUnderWay) {
  Topology topology = With(Cluster(3), "k", 3, 4);
  topology = *WithNode(topology, Newcomer(4));
  topology = WithMovesBegun(topology, {});
  const auto& partitions = topology.keyspaces.at("k").partitions;
  const auto moving = std::find_if(partitions.begin(), partitions.end(),
                                   [](const PartitionInfo& p) { return p.moving(); });
  ASSERT_NE(moving, partitions.end());
  EXPECT_EQ(moving->JoinedAt(moving->joining), topology.epoch);
  const auto same = [&](const Topology& other) { return other.epoch == topology.epoch; };
  EXPECT_TRUE(same(WithMoveDone(topology, moving->id, topology.epoch.prev())));
  EXPECT_TRUE(same(WithMoveDone(topology, PartitionId(99), topology.epoch)));
  const Topology done = WithMoveDone(topology, moving->id, moving->moving_since);
  EXPECT_FALSE(same(done));
  EXPECT_EQ(WithMoveDone(done, moving->id, moving->moving_since).epoch, done.epoch);
  EXPECT_EQ(DecodeTopology(EncodeTopology(topology)).value(), topology);
  EXPECT_EQ(DecodeTopology(EncodeTopology(done)).value(), done);
}

// The newcomer of a move that is under way.
NodeId JoiningSomewhere(const Topology& topology) {
  for (const PartitionInfo& partition : PartitionsOf(topology)) {
    if (partition.joining) return partition.joining;
  }
  return NodeId();
}

TEST(MovesTest, AMoveToANodeThatIsLetGoIsGivenUpAndAnotherTakesItsPlace) {
  Random random(6);
  int given_up = 0;
  for (int round = 0; round < 200; ++round) {
    SCOPED_TRACE(round);
    const uint64_t nodes = random.Between(3, 7);
    Topology topology = RandomCluster(random, nodes);
    topology = *WithNode(topology, NodeAt(30, "z0"));
    topology = WithMovesBegun(topology, {});
    const NodeId joining = JoiningSomewhere(topology);
    if (!joining) continue;
    topology = *WithNodeLeaving(topology, joining);
    for (const PartitionInfo& partition : PartitionsOf(topology)) {
      ASSERT_NE(partition.joining, joining);
      if (!partition.abandoned.contains(joining)) continue;
      ++given_up;
      ASSERT_TRUE(partition.BelongsOn(joining)) << "it may be a member still";
      ASSERT_FALSE(partition.HasReplicaOn(joining));
      ASSERT_EQ(partition.moving_since, topology.epoch);
    }
    ASSERT_EQ(DecodeTopology(EncodeTopology(topology)).value(), topology);
    Settle(topology);
    ASSERT_TRUE(topology.PartitionsOn(joining).empty());
    for (const PartitionInfo& partition : PartitionsOf(topology)) {
      ASSERT_TRUE(partition.abandoned.empty());
      ASSERT_EQ(partition.joined.count(joining), 0u);
    }
    topology = WithoutEmptyNodes(topology, {joining});
    ASSERT_EQ(topology.FindNode(joining), nullptr);
  }
  EXPECT_GT(given_up, 100);
}

Topology Leaderless(const Topology& topology) {
  return *WithKeyspace(topology, {.name = "q",
                                  .mode = Mode::kQuorum,
                                  .replicas = 3,
                                  .partitions = 8,
                                  .conflict = Conflict::kLww});
}

TEST(MovesTest, BeforeAllNodesKnowHowNothingOfModeQuorumMoves) {
  Topology topology = Leaderless(Cluster(3));
  topology.protocol.active = kLeaderlessMoves.since - 1;
  topology = *WithNode(topology, Newcomer(4));
  EXPECT_EQ(ReasonOf(WithNodeLeaving(topology, NodeId(1)).status()), "CANNOT_MOVE");
  EXPECT_EQ(ReasonOf(WithAlteredKeyspace(topology, {.name = "q", .replicas = 2}).status()),
            "CANNOT_MOVE");
  Settle(topology);
  const auto on_new = [&] { return topology.PartitionsOn(NodeId(4)).size(); };
  EXPECT_EQ(on_new(), topology.meta.HasReplicaOn(NodeId(4)) ? 1u : 0u);
  topology.protocol.next = kLeaderlessMoves.since;
  topology = WithProtocolReached(topology);
  Settle(topology);
  EXPECT_GE(on_new(), 6u) << "a quarter of 24";
}

TEST(MovesTest, WithoutALeaderAMoveIsGivenUpAtOnceAndItsEpochTellsSo) {
  Topology topology = Leaderless(Cluster(3));
  topology = WithMovesBegun(*WithNode(topology, Newcomer(4)), {});
  topology = *WithNodeLeaving(topology, NodeId(4));
  int given_up = 0;
  for (const PartitionInfo& partition : topology.keyspaces.at("q").partitions) {
    EXPECT_FALSE(partition.moving() || partition.BelongsOn(NodeId(4)));
    EXPECT_EQ(partition.JoinedAt(NodeId(4)), Epoch());
    given_up += partition.changed == topology.epoch ? 1 : 0;
  }
  EXPECT_GT(given_up, 0);
}

TEST(MovesTest, AKeyspaceGetsAsManyReplicasAsItIsAskedToHave) {
  Random random(7);
  for (int round = 0; round < 200; ++round) {
    SCOPED_TRACE(round);
    const uint64_t nodes = random.Between(1, 7);
    Topology topology = With(Cluster(nodes), "k", 1, 8);
    for (int change = 0; change < 3; ++change) {
      const auto replicas = static_cast<uint32_t>(random.Between(1, std::min<uint64_t>(nodes, 7)));
      auto altered = WithAlteredKeyspace(topology, {.name = "k", .replicas = replicas});
      ASSERT_TRUE(altered.ok()) << altered.status();
      topology = *std::move(altered);
      Settle(topology);
      for (const PartitionInfo& partition : topology.keyspaces.at("k").partitions) {
        ASSERT_EQ(partition.replicas.size(), replicas);
      }
      for (const auto& [node, load] : Loads(topology.keyspaces.at("k"))) {
        ASSERT_LE(load, (8 * replicas + nodes - 1) / nodes) << node;
      }
    }
    const auto many = static_cast<uint32_t>(nodes + 1);
    const auto refused = WithAlteredKeyspace(topology, {.name = "k", .replicas = many});
    ASSERT_EQ(ReasonOf(refused.status()), "REPLICAS_TOO_MANY");
  }
}

TEST(MembersTest, WhoIsLostStaysIfItComesBackAndGoesForGoodIfItWasLetGo) {
  Topology topology = With(Cluster(4), "k", 3, 8);
  topology = *WithNodeLost(topology, NodeId(2));
  EXPECT_TRUE(topology.FindNode(NodeId(2))->leaving);
  EXPECT_EQ(WithNodeLost(topology, NodeId(2))->epoch, topology.epoch);
  Topology back = WithNodeBack(topology, NodeId(2));
  EXPECT_FALSE(back.FindNode(NodeId(2))->leaving);
  Settle(back);
  EXPECT_FALSE(back.PartitionsOn(NodeId(2)).empty());
  const Topology let_go = *WithNodeLeaving(topology, NodeId(2));
  EXPECT_FALSE(let_go.FindNode(NodeId(2))->lost);
  EXPECT_EQ(WithNodeBack(let_go, NodeId(2)).epoch, let_go.epoch);
  EXPECT_EQ(DecodeTopology(EncodeTopology(topology)).value(), topology);
}

TEST(MembersTest, AnIdIsNeverUsedAgain) {
  Topology topology = *WithNode(Cluster(3), Newcomer(9));
  EXPECT_EQ(topology.nodes.back().id, NodeId(4));
  topology = WithoutEmptyNodes(*WithNodeLeaving(topology, NodeId(4)), {NodeId(4)});
  EXPECT_EQ(topology.FindNode(NodeId(4)), nullptr);
  EXPECT_EQ(WithNode(topology, Newcomer(8))->nodes.back().id, NodeId(5));
}

TEST(MembersTest, WhoAsksTwiceJoinsOnce) {
  const Topology topology = *WithNode(Cluster(3), Newcomer(9));
  EXPECT_EQ(WithNode(topology, Newcomer(9))->epoch, topology.epoch);
}

TEST(MembersTest, AnIdThatIsWantedIsGivenIfItWasNeverUsed) {
  const Topology topology = *WithNode(Cluster(3), NodeAt(9));
  EXPECT_EQ(topology.nodes.back().id, NodeId(9));
  EXPECT_EQ(WithNode(topology, Newcomer(8))->nodes.back().id, NodeId(10));
  for (const uint64_t used : {2, 5, 9}) {
    NodeInfo taken = NodeAt(7);
    taken.id = NodeId(used);
    EXPECT_EQ(ReasonOf(WithNode(topology, taken).status()), "NODE_ID_TAKEN") << used;
  }
  NodeInfo high = NodeAt(7);
  high.id = NodeId(limits::kNodeIdMax + 1);
  EXPECT_EQ(ReasonOf(WithNode(topology, high).status()), "NODE_ID_INVALID");
}

// Its votes and acknowledgements are gone with its disk.
TEST(MembersTest, AnotherFolderAtTheAddressesOfANodeIsNotTakenForIt) {
  NodeInfo node = Newcomer(9);
  node.join_token = 17;
  const Topology topology = *WithNode(Cluster(3), node);
  EXPECT_EQ(WithNode(topology, node)->epoch, topology.epoch);
  EXPECT_EQ(DecodeTopology(EncodeTopology(topology)).value(), topology);
  node.join_token = 18;
  EXPECT_EQ(ReasonOf(WithNode(topology, node).status()), "ADDRESS_IN_USE");
  node = Newcomer(1);
  node.join_token = 18;
  EXPECT_EQ(ReasonOf(WithNode(topology, node).status()), "ADDRESS_IN_USE") << "of the beginning";
}

TEST(MembersTest, RefusesWhatCannotBe) {
  const Topology topology = With(Cluster(3), "k", 3, 4);
  NodeInfo clash = Newcomer(9);
  clash.peer_address = NodeAt(1).client_address;
  EXPECT_EQ(ReasonOf(WithNode(topology, clash).status()), "ADDRESS_IN_USE");
  NodeInfo weightless = Newcomer(9);
  weightless.weight = 0;
  EXPECT_EQ(ReasonOf(WithNode(topology, weightless).status()), "NODE_WEIGHT_INVALID");
  EXPECT_EQ(ReasonOf(WithNodeLeaving(topology, NodeId(7)).status()), "NODE_NOT_FOUND");
  EXPECT_EQ(ReasonOf(WithNodeLeaving(topology, NodeId(1)).status()), "TOO_FEW_NODES");
  EXPECT_EQ(ReasonOf(WithNodeLeaving(Cluster(1), NodeId(1)).status()), "TOO_FEW_NODES");
  EXPECT_TRUE(WithNodeLeaving(Leaderless(Cluster(4)), NodeId(1)).ok());
}

}  // namespace
}  // namespace quorate::ring
