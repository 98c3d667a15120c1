// What there is to wait for before replicas, or a whole node, may go: real processes.
#include <gmock/gmock.h>

#include <algorithm>

#include "base/error.h"
#include "cluster/cluster.h"

namespace quorate::testing {
namespace {

using ::testing::HasSubstr;

std::string Kvctl(const Cluster& cluster, std::vector<std::string> arguments) {
  std::vector<std::string> command = {QUORATE_BIN_DIR "/kvctl", "--endpoints", cluster.endpoints()};
  command.insert(command.end(), arguments.begin(), arguments.end());
  return RunToEnd(command).output;
}

void KillUntilAllKnow(Cluster& cluster, int node) {
  cluster.Kill(node);
  for (int other = 1; other <= cluster.size(); ++other) {
    if (other == node) continue;
    EXPECT_TRUE(Eventually([&] {
      return HttpGet(cluster.http_port(other), "/metrics").find("quorate_peers_unreachable 1\n") !=
             std::string::npos;
    })) << "n"
        << other;
  }
}

TEST(ShrinkTest, WaitsForASilentReplicaWithoutWhichAPartitionWouldStandStill) {
  constexpr uint32_t kPartitions = 8;
  Cluster cluster(3);
  Client client = cluster.Connect();
  Keyspace keyspace = cluster.Create(client, "k", kPartitions);
  KillUntilAllKnow(cluster, 3);
  ASSERT_TRUE(client.AlterKeyspace("k", {.replicas = 2}).ok());
  std::string moves;
  // Whoever is to be on n1 and n2 alone goes on.
  EXPECT_TRUE(Eventually([&] {
    moves = Kvctl(cluster, {"cluster", "moves"});
    return moves.starts_with("0 move, ") && moves.find("wait for n3") != std::string::npos;
  })) << moves;
  EXPECT_THAT(Kvctl(cluster, {"cluster", "moves", "--output", "json"}),
              HasSubstr("\"waits_for\": [\n    3\n  ]"));
  for (int i = 0; i < 32; ++i) {
    const auto written = keyspace.Put("k" + std::to_string(i), "v");
    ASSERT_TRUE(written.ok()) << i << ": " << written.status();
  }
  cluster.Start(3);
  // n3 itself tells of before until it is taught.
  EXPECT_TRUE(Eventually([&] {
    const auto topology = client.Topology();
    if (!topology.ok()) return false;
    const auto& partitions = topology->FindKeyspace("k")->partitions;
    return partitions.size() == kPartitions &&
           std::all_of(partitions.begin(), partitions.end(), [](const PartitionDescription& one) {
             return one.replicas.size() == 2 && !one.joining && !one.leaving && one.target.empty();
           });
  }));
  for (int i = 0; i < 32; ++i) EXPECT_EQ(keyspace.Get("k" + std::to_string(i))->value, "v") << i;
}

// Of four nodes, so that the meta group has no need of the one that is dead.
class LeaveTest : public ::testing::Test {
 protected:
  LeaveTest() {
    const auto made = client_.CreateKeyspace(
        "carts",
        {.mode = Mode::kQuorum, .replicas = 1, .partitions = 1, .conflict = Conflict::kLww});
    EXPECT_TRUE(made.ok()) << made.status();
    replica_ = static_cast<int>(made->partitions.front().replicas.front().value());
    leaver_ = replica_ % 4 + 1;
  }
  NodeId leaver() const { return NodeId(static_cast<uint64_t>(leaver_)); }

  absl::StatusOr<WriteReceipt> PutAny(Client& client, const std::string& key) {
    return client.Keyspace("carts").Put(key, "of " + key,
                                        {.level = Level::kAny, .deadline = absl::Seconds(2)});
  }
  bool InTopology() {
    const auto topology = client_.Topology();
    return !topology.ok() || topology->FindNode(leaver()) != nullptr;
  }
  bool HoldsNothing() {
    const auto topology = client_.Topology();
    if (!topology.ok()) return false;
    const auto& meta = topology->meta;
    return meta.joining != leaver() && meta.leaving != leaver() &&
           std::find(meta.replicas.begin(), meta.replicas.end(), leaver()) == meta.replicas.end();
  }
  NodeState StateOfLeaver() {
    const auto state = client_.Status();
    if (!state.ok()) return {};
    for (const NodeState& one : state->nodes) {
      if (one.node.id == leaver()) return one;
    }
    return {};
  }

  Cluster cluster_{4};
  Client client_ = cluster_.Connect();
  int replica_ = 0;
  int leaver_ = 0;
};

TEST_F(LeaveTest, TakesNoMoreWritesAtAnyAndHandsOverWhatItKeepsBeforeItGoes) {
  cluster_.Kill(replica_);
  Client only = cluster_.Only(leaver_);
  ASSERT_TRUE(Eventually([&] {
    const auto written = PutAny(only, "first");
    return written.ok() && written->hinted;
  }));
  for (const char* key : {"second", "third"}) ASSERT_TRUE(PutAny(only, key).ok());
  ASSERT_TRUE(client_.DecommissionNode(leaver()).ok());

  const auto refused = PutAny(only, "late");
  EXPECT_EQ(ReasonOf(refused.status()), "NODE_LEAVING") << refused.status();
  EXPECT_EQ(OutcomeOf(refused.status()), Outcome::kNotDone);
  ASSERT_TRUE(Eventually([&] {
    const auto written = PutAny(client_, "late");
    return written.ok() && written->hinted && written->served_by != leaver();
  })) << "another node keeps it";

  // It asks twice a second to be let go.
  ASSERT_TRUE(Eventually([&] { return HoldsNothing(); }));
  const absl::Duration empty_at = StateOfLeaver().uptime;
  ASSERT_TRUE(Eventually([&] { return StateOfLeaver().uptime > empty_at + absl::Seconds(2); }));
  EXPECT_EQ(StateOfLeaver().hints, 3u);
  EXPECT_TRUE(InTopology());

  cluster_.Start(replica_);
  EXPECT_EQ(cluster_.process(leaver_).Wait(absl::Seconds(60)), 0);
  EXPECT_THAT(cluster_.log(leaver_), HasSubstr("holds nothing any more"));
  for (const std::string key : {"first", "second", "third", "late"}) {
    EXPECT_TRUE(Eventually([&] { return cluster_.HasAt(replica_, "carts", key) == "of " + key; }))
        << key;
  }
  EXPECT_TRUE(Eventually([&] { return !InTopology(); }));
}

}  // namespace
}  // namespace quorate::testing
