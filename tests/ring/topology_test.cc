#include "ring/topology.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/error.h"
#include "base/limits.h"
#include "quorate/v1/admin.pb.h"

namespace quorate::ring {
namespace {

std::vector<NodeInfo> Nodes(uint64_t count) {
  std::vector<NodeInfo> nodes;
  for (uint64_t id = 1; id <= count; ++id) {
    const std::string host = "host" + std::to_string(id);
    nodes.push_back({NodeId(id), host + ":7400", host + ":7401", "", 100});
  }
  return nodes;
}

Topology ThreeNodes() { return *Bootstrap("cluster", Nodes(3)); }

Topology With(const Topology& topology, KeyspaceSpec spec) {
  auto next = WithKeyspace(topology, spec);
  EXPECT_TRUE(next.ok()) << next.status();
  return next.ok() ? *std::move(next) : topology;
}

std::string ReasonToRefuse(const KeyspaceSpec& spec) {
  const auto next = WithKeyspace(ThreeNodes(), spec);
  EXPECT_TRUE(next.ok() || AppliedOf(next.status()) == Applied::kNo);
  return ReasonOf(next.status());
}

std::string ReasonToRefuse(std::vector<NodeInfo> nodes) {
  const auto topology = Bootstrap("cluster", std::move(nodes));
  EXPECT_EQ(topology.status().code(), absl::StatusCode::kInvalidArgument);
  return ReasonOf(topology.status());
}

TEST(BootstrapTest, EveryNodeComputesTheSameWhateverTheOrderOfTheList) {
  std::vector<NodeInfo> turned = Nodes(3);
  std::reverse(turned.begin(), turned.end());
  EXPECT_EQ(EncodeTopology(*Bootstrap("cluster", turned)), EncodeTopology(ThreeNodes()));
}

TEST(BootstrapTest, IsEpochOneWithTheMetaGroupOnTheFirstNodes) {
  const Topology topology = *Bootstrap("cluster", Nodes(7));
  EXPECT_EQ(topology.epoch, Epoch(1));
  EXPECT_EQ(topology.nodes.size(), 7u);
  EXPECT_EQ(topology.meta.id, kMetaPartition);
  ASSERT_EQ(topology.meta.replicas.size(), limits::kMetaVotersMax);
  EXPECT_EQ(topology.meta.replicas.back(), NodeId(5));
}

TEST(BootstrapTest, RefusesWhatCannotBeACluster) {
  EXPECT_EQ(ReasonToRefuse(std::vector<NodeInfo>{}), "NO_NODES");
  std::vector<NodeInfo> nodes = Nodes(3);
  nodes[2].id = NodeId(1);
  EXPECT_EQ(ReasonToRefuse(nodes), "NODE_ID_REPEATED");
  nodes[2].id = NodeId(0);
  EXPECT_EQ(ReasonToRefuse(nodes), "NODE_ID_INVALID");
  nodes[2].id = NodeId(limits::kNodeIdMax + 1);
  EXPECT_EQ(ReasonToRefuse(nodes), "NODE_ID_INVALID");
  nodes = Nodes(3);
  nodes[2].client_address = nodes[0].peer_address;
  EXPECT_EQ(ReasonToRefuse(nodes), "ADDRESS_REPEATED");
  nodes = Nodes(3);
  nodes[1].peer_address = nodes[1].client_address;
  EXPECT_EQ(ReasonToRefuse(nodes), "ADDRESS_REPEATED");
  nodes = Nodes(3);
  nodes[1].weight = 0;
  EXPECT_EQ(ReasonToRefuse(nodes), "NODE_WEIGHT_INVALID");
}

TEST(KeyspaceTest, TakesItsModesDefaults) {
  const Topology next = With(ThreeNodes(), {.name = "orders"});
  const KeyspaceInfo* keyspace = next.FindKeyspace("orders");
  ASSERT_NE(keyspace, nullptr);
  EXPECT_EQ(keyspace->id, KeyspaceId(1));
  EXPECT_EQ(keyspace->replicas, 3u);
  EXPECT_EQ(keyspace->partitions.size(), limits::kPartitionsDefault);
  EXPECT_EQ(keyspace->default_read, Level::kLinearizable);
  EXPECT_EQ(keyspace->default_write, Level::kQuorum);
  EXPECT_EQ(next.epoch, Epoch(2));
  EXPECT_EQ(With(*Bootstrap("one", Nodes(1)), {.name = "a"}).keyspaces["a"].replicas, 1u);
}

TEST(KeyspaceTest, IdsAreNeverUsedAgain) {
  const Topology first = With(ThreeNodes(), {.name = "a", .partitions = 2});
  EXPECT_EQ(first.FindKeyspace("a")->partitions[0].id, PartitionId(2));
  const Topology again = With(*WithoutKeyspace(first, "a"), {.name = "a", .partitions = 2});
  EXPECT_EQ(again.FindKeyspace("a")->partitions[0].id, PartitionId(4));
  EXPECT_EQ(again.FindKeyspace("a")->id, KeyspaceId(2));
  EXPECT_EQ(again.epoch, Epoch(4));
}

TEST(KeyspaceTest, RefusesWhatItIsNotWithReasonAndRange) {
  for (const char* name : {"", "A", "-a", ".a", "a b", "a/b", "\xc3\xa4"}) {
    EXPECT_EQ(ReasonToRefuse({.name = name}), "KEYSPACE_NAME_INVALID") << name;
  }
  EXPECT_EQ(ReasonToRefuse({.name = std::string(65, 'a')}), "KEYSPACE_NAME_INVALID");
  EXPECT_EQ(ReasonToRefuse({.name = std::string(64, 'a')}), "");
  EXPECT_EQ(ReasonToRefuse({.name = "0_.-z"}), "");
  EXPECT_EQ(ReasonToRefuse({.name = "a", .replicas = 4}), "REPLICAS_TOO_MANY");
  EXPECT_EQ(ReasonToRefuse({.name = "a", .partitions = 4097}), "PARTITIONS_TOO_MANY");
  EXPECT_EQ(ReasonToRefuse({.name = "a", .mode = Mode::kQuorum}), "CONFLICT_POLICY_NEEDED");
  EXPECT_EQ(ReasonToRefuse({.name = "a", .mode = Mode::kQuorum, .conflict = Conflict::kRegister}),
            "");
  EXPECT_EQ(ReasonToRefuse({.name = "a", .conflict = Conflict::kLww}), "CONFLICT_POLICY_REFUSED");
  for (const Conflict conflict : {Conflict::kCounter, Conflict::kSet, Conflict::kMap}) {
    ring::KeyspaceSpec spec{.name = "a", .mode = Mode::kQuorum, .conflict = conflict};
    EXPECT_EQ(ReasonToRefuse(spec), "") << ConflictName(conflict);
    spec.default_ttl_us = 5;
    EXPECT_EQ(ReasonToRefuse(spec), "EXPIRY_NOT_SUPPORTED") << ConflictName(conflict);
  }
  EXPECT_EQ(ReasonToRefuse({.name = "a", .default_read = Level::kAll}), "LEVEL_UNSUPPORTED");
  EXPECT_EQ(ReasonToRefuse({.name = "a", .default_write = Level::kAny}), "LEVEL_UNSUPPORTED");
  const auto status = WithKeyspace(ThreeNodes(), {.name = "a", .replicas = 4}).status();
  EXPECT_EQ(status.message(), "4 replicas: allowed are 1 to 3 in a cluster of 3 nodes");
}

TEST(KeyspaceTest, ANameIsTakenOnce) {
  const Topology topology = With(ThreeNodes(), {.name = "a"});
  const auto again = WithKeyspace(topology, {.name = "a"});
  EXPECT_EQ(again.status().code(), absl::StatusCode::kAlreadyExists);
  const auto none = WithoutKeyspace(topology, "b");
  EXPECT_EQ(none.status().code(), absl::StatusCode::kNotFound);
}

TEST(KeyspaceTest, SmallKeyspacesTogetherLoadTheNodesEvenly) {
  Topology topology = *Bootstrap("cluster", Nodes(5));
  for (int i = 0; i < 50; ++i) {
    topology = With(topology, {.name = std::to_string(i), .replicas = 3, .partitions = 1});
  }
  std::map<NodeId, int> replicas, leaders;
  for (const auto& [name, keyspace] : topology.keyspaces) {
    for (NodeId node : keyspace.partitions[0].replicas) ++replicas[node];
    ++leaders[keyspace.partitions[0].replicas[0]];
  }
  for (const NodeInfo& node : topology.nodes) {
    EXPECT_EQ(replicas[node.id], 30) << node.id;
    EXPECT_NEAR(leaders[node.id], 10, 2) << node.id;
  }
}

TEST(TopologyTest, KeysFallIntoTheArcOfTheirHash) {
  const Topology topology = With(ThreeNodes(), {.name = "a", .partitions = 16});
  const KeyspaceInfo& keyspace = *topology.FindKeyspace("a");
  std::set<uint32_t> seen;
  for (int i = 0; i < 500; ++i) {
    const std::string key = "key" + std::to_string(i);
    ASSERT_LT(keyspace.ArcOfKey(key), 16u);
    EXPECT_EQ(&keyspace.PartitionOf(key), &keyspace.partitions[keyspace.ArcOfKey(key)]);
    EXPECT_EQ(keyspace.ArcOfKey("{" + key + "}.x"), keyspace.ArcOfKey(key));
    seen.insert(keyspace.ArcOfKey(key));
  }
  EXPECT_EQ(seen.size(), 16u);
}

TEST(TopologyTest, FindsWhatThereIsAndNothingElse) {
  Topology topology = *Bootstrap("cluster", Nodes(4));
  topology = With(topology, {.name = "a", .replicas = 2, .partitions = 4});
  topology = With(topology, {.name = "b", .replicas = 3, .partitions = 2});
  EXPECT_EQ(topology.FindNode(NodeId(4))->client_address, "host4:7400");
  EXPECT_EQ(topology.FindNode(NodeId(5)), nullptr);
  EXPECT_EQ(topology.FindNode(NodeId(0)), nullptr);
  EXPECT_EQ(topology.FindKeyspace("c"), nullptr);
}

TEST(TopologyTest, ListsAllPartitionsOfANodeInOrder) {
  Topology topology = *Bootstrap("cluster", Nodes(4));
  topology = With(topology, {.name = "z", .replicas = 2, .partitions = 4});
  topology = With(topology, {.name = "a", .replicas = 2, .partitions = 4});
  size_t total = 0;
  for (const NodeInfo& node : topology.nodes) {
    const auto on = topology.PartitionsOn(node.id);
    EXPECT_EQ(on.front().id, kMetaPartition);
    EXPECT_TRUE(std::is_sorted(on.begin(), on.end(),
                               [](const auto& a, const auto& b) { return a.id < b.id; }));
    total += on.size();
  }
  EXPECT_EQ(total, 4u + 8 + 8);
  EXPECT_TRUE(topology.PartitionsOn(NodeId(9)).empty());
}

TEST(TopologyCodecTest, ComesBackAsItWas) {
  std::vector<NodeInfo> nodes = Nodes(3);
  nodes[1].zone = "east";
  nodes[2].weight = 250;
  Topology topology = *Bootstrap("cluster", nodes);
  topology = With(topology, {.name = "b",
                             .default_read = Level::kOne,
                             .lease_drift_ppm = 100,
                             .default_ttl_us = 7'000'000});
  topology = With(topology, {.name = "a", .replicas = 1, .partitions = 3});
  const std::string bytes = EncodeTopology(topology);
  const auto decoded = DecodeTopology(bytes);
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(*decoded, topology);
  EXPECT_EQ(EncodeTopology(*decoded), bytes);
}

TEST(TopologyCodecTest, RefusesWhatOthersWouldTripOver) {
  const auto refused = [](const auto& change) {
    v1::Topology wire;
    EXPECT_TRUE(wire.ParseFromString(EncodeTopology(With(ThreeNodes(), {.name = "a"}))));
    change(wire);
    return ReasonOf(DecodeTopology(wire.SerializeAsString()).status());
  };
  const std::string malformed = "MALFORMED_TOPOLOGY";
  EXPECT_EQ(refused([](v1::Topology&) {}), "");
  EXPECT_EQ(refused([](v1::Topology& t) { t.mutable_nodes()->SwapElements(0, 1); }), malformed);
  EXPECT_EQ(refused([](v1::Topology& t) { *t.add_nodes() = t.nodes(2); }), malformed);
  EXPECT_EQ(refused([](v1::Topology& t) { *t.add_keyspaces() = t.keyspaces(0); }), malformed);
  EXPECT_EQ(refused([](v1::Topology& t) { t.mutable_keyspaces(0)->clear_partitions(); }),
            malformed);
  EXPECT_EQ(refused([](v1::Topology& t) { t.mutable_keyspaces(0)->clear_mode(); }), malformed);
  EXPECT_EQ(refused([](v1::Topology& t) {
              t.mutable_keyspaces(0)->set_default_read(static_cast<v1::Level>(99));
            }),
            malformed);
  EXPECT_EQ(refused([](v1::Topology& t) {
              t.mutable_keyspaces(0)->set_lease_drift_ppm(limits::kLeaseDriftPpmMax + 1);
            }),
            malformed);
  EXPECT_EQ(ReasonOf(DecodeTopology("\xff\xff\xff").status()), malformed);
}

}  // namespace
}  // namespace quorate::ring
