// What there is to wait for before replicas may go: real processes.
#include <gmock/gmock.h>

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
  EXPECT_TRUE(Eventually([&] {
    moves = Kvctl(cluster, {"cluster", "moves"});
    return moves == "nothing moves\n";
  })) << moves;
  const auto topology = client.Topology();
  ASSERT_TRUE(topology.ok()) << topology.status();
  const auto& partitions = topology->FindKeyspace("k")->partitions;
  ASSERT_EQ(partitions.size(), kPartitions);
  for (const PartitionDescription& one : partitions) EXPECT_EQ(one.replicas.size(), 2u) << one.id;
  for (int i = 0; i < 32; ++i) EXPECT_EQ(keyspace.Get("k" + std::to_string(i))->value, "v") << i;
}

}  // namespace
}  // namespace quorate::testing
