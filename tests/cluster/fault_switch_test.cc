// kvctl cluster cut and heal over real processes.
#include <gmock/gmock.h>

#include "cluster/cluster.h"

namespace quorate::testing {
namespace {

using ::testing::HasSubstr;

Refusal Kvctl(Cluster& cluster, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), QUORATE_BIN_DIR "/kvctl");
  arguments.insert(arguments.end(), {"--endpoints", cluster.endpoints()});
  return RunToEnd(arguments);
}

TEST(FaultSwitchTest, ACutNodeServesWhatNeedsNobodyElseAndNothingMoreUntilItIsHealed) {
  Cluster cluster(3, {"--fault-switch"});
  cluster.WaitReady();
  ASSERT_EQ(Kvctl(cluster, {"keyspace", "create", "raft", "--partitions", "1"}).exit_code, 0);
  ASSERT_EQ(Kvctl(cluster, {"put", "raft", "k", "v"}).exit_code, 0);
  const Refusal cut = Kvctl(cluster, {"cluster", "cut", "1", "2,3"});
  ASSERT_EQ(cut.exit_code, 0) << cut.output;
  EXPECT_EQ(Kvctl(cluster, {"put", "raft", "k", "w", "--timeout", "20s"}).exit_code, 0)
      << "n2 and n3 are a majority";
  EXPECT_EQ(cluster.HasAt(1, "raft", "k"), "v") << "its own replica is there, and is old";
  EXPECT_EQ(cluster.HasAt(1, "raft", "k", {.level = Level::kLinearizable}), "");
  const Refusal alone =
      RunToEnd({QUORATE_BIN_DIR "/kvctl", "get", "raft", "k", "--only-endpoints", "--level", "ONE",
                "--endpoints", "127.0.0.1:" + std::to_string(cluster.client_port(1))});
  EXPECT_THAT(alone.output, HasSubstr("v")) << "asked by itself, n1 tells what it has";
  const Refusal healed = Kvctl(cluster, {"cluster", "heal"});
  ASSERT_EQ(healed.exit_code, 0) << healed.output;
  cluster.WaitReady(1);
  // At the first question its leader may not have heard of it again yet.
  EXPECT_TRUE(Eventually(
      [&] { return cluster.HasAt(1, "raft", "k", {.level = Level::kLinearizable}) == "w"; }));
}

TEST(FaultSwitchTest, NodesThatWereNotStartedForDrillsRefuse) {
  Cluster cluster(1, {});
  cluster.WaitReady();
  const Refusal refused = Kvctl(cluster, {"cluster", "heal"});
  EXPECT_NE(refused.exit_code, 0);
  EXPECT_THAT(refused.output, HasSubstr("FAULT_SWITCH_OFF"));
}

TEST(FaultSwitchTest, GroupsMustNameNodesThatThereAreOnce) {
  Cluster cluster(3, {"--fault-switch"});
  cluster.WaitReady();
  EXPECT_EQ(Kvctl(cluster, {"cluster", "cut", "1", "2,9"}).exit_code, 2);
  EXPECT_EQ(Kvctl(cluster, {"cluster", "cut", "1", "1,2"}).exit_code, 2);
  EXPECT_EQ(Kvctl(cluster, {"cluster", "cut"}).exit_code, 2);
}

}  // namespace
}  // namespace quorate::testing
