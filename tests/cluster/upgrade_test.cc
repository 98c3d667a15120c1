// Builds of two protocol versions in one cluster, and what is refused. The older one is
// kvd_broken that is told to be: it writes as a build of version 1, and refuses what
// such a build could not read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <fstream>
#include <set>
#include <vector>

#include "base/error.h"
#include "base/protocol_version.h"
#include "cluster/cluster.h"
#include "cluster/steady_load.h"

namespace quorate::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const Build kNew;
const Build kOld = {"kvd_broken", {"--protocol-version=1"}};

// Leaderships come back soon.
const std::vector<std::string> kFlags = {"--rebalance-interval=200ms"};

uint32_t Active(Client& client) {
  const auto topology = client.Topology();
  return topology.ok() ? topology->protocol.active : 0;
}

void Restart(Cluster& cluster, int node, const Build& build) {
  EXPECT_EQ(cluster.Terminate(node), 0) << cluster.log(node);
  cluster.Become(node, build);
  cluster.Start(node);
  cluster.WaitReady(node);
}

// Every node leads something: frames of leaders go from either build to the other.
void AwaitLeadersEverywhere(Client& client, size_t nodes) {
  EXPECT_TRUE(Eventually([&] {
    const auto state = client.DescribeKeyspace("ordered");
    std::set<uint64_t> leaders;
    if (!state.ok()) return false;
    for (const auto& replica : state->replicas) {
      if (replica.role == "leader") leaders.insert(replica.node.value());
    }
    return leaders.size() == nodes;
  })) << "a node leads nothing";
}

class UpgradeTest : public ::testing::Test {
 protected:
  // Names the step in which a request failed.
  void ExpectNoFailure(const std::string& when) {
    EXPECT_THAT(load_.failures(), IsEmpty()) << when;
  }
  void RestartAll(const std::vector<int>& order, const Build& build) {
    for (const int node : order) {
      Restart(cluster_, node, build);
      load_.AwaitMore(200);
      AwaitLeadersEverywhere(client_, 3);
      ExpectNoFailure("after n" + std::to_string(node) + " came back");
    }
  }
  absl::Duration UptimeOf(int node) {
    const auto state = client_.Status();
    return state.ok() ? state->nodes[static_cast<size_t>(node - 1)].uptime : absl::ZeroDuration();
  }
  void Finalize() {
    const auto raised = client_.RaiseProtocol();
    ASSERT_TRUE(raised.ok()) << raised.status();
    EXPECT_TRUE(Eventually([&] { return Active(client_) == kProtocolVersion; }));
  }

  Cluster cluster_{3, kFlags, 0, {}, kOld};
  Client client_ = cluster_.Connect();
  SteadyLoad load_{cluster_};
};

class UpgradeOrderTest : public UpgradeTest,
                         public ::testing::WithParamInterface<std::vector<int>> {};

TEST_P(UpgradeOrderTest, NoRequestFailsWhileNodesAreUpgradedOneByOneAndTheProtocolIsRaised) {
  EXPECT_EQ(Active(client_), 1u);
  RestartAll(GetParam(), kNew);
  EXPECT_EQ(Active(client_), 1u) << "nobody has raised it";
  Finalize();
  load_.AwaitMore(500);
  RestartAll(GetParam(), kNew);
  load_.Stop();
  ExpectNoFailure("at the end");
}

INSTANTIATE_TEST_SUITE_P(Each, UpgradeOrderTest,
                         ::testing::Values(std::vector{1, 2, 3}, std::vector{2, 3, 1},
                                           std::vector{3, 1, 2}),
                         [](const auto& order) {
                           std::string name = "n";
                           for (const int node : order.param) name += std::to_string(node);
                           return name;
                         });

TEST_F(UpgradeTest, UntilItIsRaisedTheOlderBuildCanComeBack) {
  RestartAll({3, 2}, kNew);
  RestartAll({2, 3}, kOld);
  RestartAll({1, 2, 3}, kNew);
  RestartAll({1, 2, 3}, kOld);
  load_.Stop();
  ExpectNoFailure("at the end");
}

TEST_F(UpgradeTest, ItIsNotRaisedWhileANodeIsOfTheOlderBuild) {
  RestartAll({1, 2}, kNew);
  const auto raised = client_.RaiseProtocol();
  ASSERT_TRUE(raised.ok()) << raised.status();
  EXPECT_EQ(raised->active, 1u);
  EXPECT_EQ(raised->next, 0u);
}

TEST_F(UpgradeTest, ItIsNotRaisedWhileANodeIsSilent) {
  RestartAll({1, 2, 3}, kNew);
  cluster_.Kill(2);
  EXPECT_TRUE(Eventually([&] {
    const absl::Status refused = client_.RaiseProtocol().status();
    EXPECT_FALSE(refused.ok());
    return ReasonOf(refused) == "NODE_UNHEARD";
  }));
  EXPECT_EQ(Active(client_), 1u);
}

TEST_F(UpgradeTest, OnceItIsRaisedTheOlderBuildDoesNotStart) {
  RestartAll({1, 2, 3}, kNew);
  Finalize();
  EXPECT_EQ(cluster_.Terminate(3), 0);
  cluster_.Become(3, kOld);
  const Refusal refusal = RunToEnd(cluster_.CommandLine(3));
  EXPECT_EQ(refusal.exit_code, 1);
  EXPECT_THAT(refusal.output, AllOf(HasSubstr("PROTOCOL_TOO_OLD"),
                                    HasSubstr("this build of n3 speaks protocol 1 at most"),
                                    HasSubstr("start a newer build")));
  cluster_.Become(3, kNew);
  cluster_.Start(3);
  cluster_.WaitReady(3);
  load_.Stop();
  ExpectNoFailure("at the end");
}

// Its folder is of before: only the others can tell it.
TEST_F(UpgradeTest, OnceItIsRaisedTheOlderBuildIsRefusedAsAPeer) {
  RestartAll({1, 2, 3}, kNew);
  const std::string kept = cluster_.data_dir(3) + "/topology";
  const std::string before = ReadFile(kept);
  ASSERT_NE(before, "");
  Finalize();
  EXPECT_EQ(cluster_.Terminate(3), 0);
  std::ofstream(kept, std::ios::binary) << before;
  cluster_.Become(3, kOld);
  cluster_.Start(3);
  EXPECT_EQ(cluster_.process(3).Wait(), 1);
  EXPECT_THAT(cluster_.log(3), AllOf(HasSubstr("PROTOCOL_TOO_OLD"), HasSubstr("newer build")));
  load_.Stop();
  ExpectNoFailure("at the end");
}

// It dies when it has the first of the two steps on its disk, as others may; whoever
// leads then waits for it to come back, and takes the second.
TEST_F(UpgradeTest, ARaiseGoesOnWhenTheLeaderOfTheMetaGroupDiesInTheMiddle) {
  const Build dies = {"kvd_broken", {"--crash-at=meta-after-keep", "--armed-by-signal"}};
  RestartAll({1, 2, 3}, dies);
  const auto state = client_.Status();
  ASSERT_TRUE(state.ok()) << state.status();
  const int leader = static_cast<int>(state->meta_leader.value());
  ASSERT_NE(leader, 0);
  load_.RepeatUnknown();
  cluster_.process(leader).Signal(SIGUSR1);
  (void)client_.RaiseProtocol();
  EXPECT_EQ(cluster_.process(leader).Wait(), 128 + SIGKILL);
  EXPECT_TRUE(Eventually([&] {
    const auto topology = client_.Topology();
    if (!topology.ok()) return false;
    EXPECT_EQ(topology->protocol.active, 1u) << "nobody knows whether n" << leader << " has it";
    return topology->protocol.next == kProtocolVersion;
  }));
  // Whoever leads now looks several times a second, and must not take the next step.
  const absl::Duration since = UptimeOf(leader % 3 + 1);
  ASSERT_GT(since, absl::ZeroDuration());
  EXPECT_TRUE(Eventually([&] { return UptimeOf(leader % 3 + 1) > since + absl::Seconds(3); }));
  EXPECT_EQ(Active(client_), 1u) << "n" << leader << " may come back as an older build";
  cluster_.Become(leader, kNew);
  cluster_.Start(leader);
  cluster_.WaitReady(leader);
  EXPECT_TRUE(Eventually([&] { return Active(client_) == kProtocolVersion; }));
  load_.Stop();
  ExpectNoFailure("at the end");
}

// A build that has left the version out that the cluster is at.
TEST(UpgradeStepTest, ABuildThatIsTwoStepsAheadIsRefusedWithTheWayThere) {
  Cluster cluster(1, {}, 0, {}, kOld);
  cluster.Terminate(1);
  cluster.Become(1, {"kvd_broken", {"--protocol-version=3", "--protocol-version-min=2"}});
  const Refusal refusal = RunToEnd(cluster.CommandLine(1));
  EXPECT_EQ(refusal.exit_code, 1);
  EXPECT_THAT(refusal.output,
              AllOf(HasSubstr("PROTOCOL_TOO_NEW"), HasSubstr("kvctl cluster upgrade --finalize")));
}

TEST(UpgradeStepTest, ANodeOfAnOlderBuildDoesNotJoin) {
  Cluster cluster(1);
  const int node = cluster.Join({"--protocol-version=1"}, 1, "kvd_broken");
  EXPECT_EQ(cluster.process(node).Wait(), 1);
  EXPECT_THAT(cluster.log(node), HasSubstr("PROTOCOL_TOO_OLD"));
  EXPECT_EQ(cluster.Connect().Topology()->nodes.size(), 1u);
}

}  // namespace
}  // namespace quorate::testing
