// kvbench's experiments in small: what they say, and that nothing of them is
// left however they end. How fast anything was is no matter here.
#include "cluster/kvbench.h"

#include <signal.h>

#include <cstdlib>

namespace quorate::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST_F(KvbenchTest, KillsALeaderAndTellsHowLongWritesStopped) {
  ASSERT_EQ(Run({"failover", "--kills", "2", "--etcd", "none"}), 0) << output();
  EXPECT_EQ(results()["experiments"][0]["title"], "failover");
  EXPECT_GT(results()["machine"]["cores"], 0);
  EXPECT_THAT(results()["missing"], IsEmpty());
  EXPECT_EQ(figure("Quorate: every key written again")["values"].size(), 2u);
  const auto keys = figure("Quorate: a key written again");
  EXPECT_GE(keys["values"].size(), 2u);
  EXPECT_EQ(keys["goal"]["at_most"], 1000);
  EXPECT_GT(keys["value"]["low"], 0);
  EXPECT_LE(keys["value"]["low"], keys["value"]["median"]);
  EXPECT_THAT(output(), HasSubstr("load average"));
  ExpectNothingLeft();
}

TEST_F(KvbenchTest, KillsEtcdsLeaderInTurnWhereThereIsOne) {
  if (std::system("command -v etcd >/dev/null") != 0) GTEST_SKIP() << "etcd is not installed";
  ASSERT_EQ(Run({"failover", "--kills", "1"}), 0) << output();
  size_t of_etcd = 0;
  const nlohmann::json all = results();
  for (const auto& figure : all["experiments"][0]["figures"]) {
    if (figure["name"].get<std::string>().starts_with("etcd ")) of_etcd += figure["values"].size();
  }
  EXPECT_EQ(of_etcd, 1u) << results();
  const auto ratio = figure("the longest gap in writes / etcd's");
  EXPECT_EQ(ratio["values"].size(), 1u);
  EXPECT_EQ(ratio["goal"]["at_most"], 0.5);
  ExpectNothingLeft();
}

TEST_F(KvbenchTest, SaysLoudlyThatEtcdIsMissing) {
  const std::string path = std::getenv("PATH");
  setenv("PATH", folder_.c_str(), 1);
  const int code = Run({"failover", "--kills", "1"});
  setenv("PATH", path.c_str(), 1);
  ASSERT_EQ(code, 0) << output();
  EXPECT_THAT(output(), HasSubstr("warning: etcd is not installed"));
  EXPECT_THAT(output(), HasSubstr("\nMISSING: etcd is not installed"));
  EXPECT_EQ(results()["missing"].size(), 1u);
}

TEST_F(KvbenchTest, TellsWhatIdleNodesCost) {
  ASSERT_EQ(Run({"idle", "--idle-partitions", "4", "--idle-settle-seconds", "0", "--idle-seconds",
                 "0.2"}),
            0)
      << output();
  const auto resident = figure("resident memory of a node");
  EXPECT_EQ(resident["values"].size(), 3u);
  EXPECT_GT(resident["value"]["low"], 1);
  EXPECT_EQ(figure("CPU time of a node")["values"].size(), 3u);
  ExpectNothingLeft();
}

TEST_F(KvbenchTest, TellsHowSoonAKilledNodeServesAgain) {
  ASSERT_EQ(Run({"restart", "--restart-keys", "300", "--restarts", "2"}), 0) << output();
  for (const char* name : {"first LINEARIZABLE get", "a LINEARIZABLE get in every partition",
                           "every replica caught up"}) {
    EXPECT_EQ(figure(name)["values"].size(), 2u) << name;
    EXPECT_EQ(figure(name)["goal"]["at_most"], 5) << name;
  }
  ExpectNothingLeft();
}

TEST_F(KvbenchTest, TellsWhatANodeCostsThatWasAway) {
  ASSERT_EQ(Run({"rejoin", "--rejoin-keys", "2000", "--rejoin-settle-seconds", "0",
                 "--rejoin-idle-seconds", "0.2"}),
            0)
      << output();
  EXPECT_GT(figure("bytes exchanged / bytes of what it missed")["value"]["low"], 0.5);
  EXPECT_EQ(figure("until it has all that it missed")["values"].size(), 1u);
  EXPECT_GT(figure("on disk for each key, beside key and value")["value"]["low"], 10);
  ExpectNothingLeft();
}

TEST_F(KvbenchTest, TellsHowFastAKeyspaceIsBackedUp) {
  ASSERT_EQ(Run({"backup", "--backup-keys", "3000", "--backups", "2"}), 0) << output();
  for (const char* name : {"a first backup", "the disk's own rate", "verify",
                           "restore, with verifying and comparing"}) {
    EXPECT_EQ(figure(name)["values"].size(), 2u) << name;
    EXPECT_GT(figure(name)["value"]["low"], 0) << name;
  }
  ExpectNothingLeft();
}

TEST_F(KvbenchTest, TellsWhatClientsNoticeOfANodeThatJoins) {
  ASSERT_EQ(Run({"join", "--join-keys", "5000", "--joins", "1", "--join-seconds", "1"}), 0)
      << output();
  EXPECT_EQ(figure("reads that were right")["value"]["low"], 100) << output();
  EXPECT_EQ(figure("operations that failed")["value"]["high"], 0) << output();
  const auto moved = figure("bytes of all frames to it until then / likewise");
  EXPECT_GT(moved["value"]["low"], 0.9) << moved;
  EXPECT_EQ(figure("p99 until then / before")["goal"]["at_most"], 2);
  EXPECT_GT(figure("p99 until then / before")["value"]["low"], 0);
  ExpectNothingLeft();
}

TEST_F(KvbenchTest, TellsHowFastALostNodeIsMadeAnew) {
  ASSERT_EQ(Run({"rebuild", "--rebuild-keys", "5000", "--rebuilds", "2"}), 0) << output();
  for (const char* name : {"rebuilt", "the machine's limit", "rebuilt / the machine's limit"}) {
    EXPECT_EQ(figure(name)["values"].size(), 2u) << name;
    EXPECT_GT(figure(name)["value"]["low"], 0) << name;
  }
  ExpectNothingLeft();
}

TEST_F(KvbenchTest, TellsWhatManyPartitionsCost) {
  ASSERT_EQ(Run({"partitions", "--partition-counts", "1,8", "--partitions-rounds", "2",
                 "--partitions-slice-seconds", "0.1"}),
            0)
      << output();
  for (const char* work : {"streamed put", "streamed get", "unary put", "unary get"}) {
    for (const char* count : {"1", "8"}) {
      const auto rate = figure(std::string(work) + ", partitions: " + count);
      EXPECT_EQ(rate["values"].size(), 2u);
      EXPECT_GT(rate["value"]["low"], 0);
    }
  }
  EXPECT_THAT(output(), HasSubstr("goal >= 0.9"));
  ExpectNothingLeft();
}

TEST_F(KvbenchTest, TellsWhatNodesHoldInMemory) {
  ASSERT_EQ(
      Run({"--etcd", "none", "memory", "--memory-keys", "1000", "--memory-settle-seconds", "0"}), 0)
      << output();
  const auto all = figure("Quorate: resident memory of a node");
  EXPECT_EQ(all["values"].size(), 3u);
  EXPECT_GT(all["value"]["low"], figure("Quorate: of it anonymous")["value"]["low"]);
  EXPECT_GT(figure("Quorate: of it mapped files")["value"]["low"], 1);
  ExpectNothingLeft();
}

TEST_F(KvbenchTest, OffersMoreThanNodesCanTake) {
  ASSERT_EQ(Run({"overload", "--overload-rounds", "1", "--overload-seconds", "0.5",
                 "--overload-around-seconds", "0.5"}),
            0)
      << output();
  for (const char* kind : {"put: ", "put, by the library: ", "batch of 64: "}) {
    const std::string name = kind;
    EXPECT_GT(figure(name + "peak")["value"]["low"], 0);
    EXPECT_GT(figure(name + "begun / peak")["value"]["low"], 0);
    EXPECT_GT(figure(name + "goodput / peak, or what was begun")["value"]["low"], 0);
    EXPECT_GT(figure(name + "the load's CPU")["value"]["low"], 0);
    EXPECT_GE(figure(name + "the highest meanwhile")["value"]["low"],
              figure(name + "resident memory of the largest node, before")["value"]["low"]);
    EXPECT_EQ(figure(name + "until it is as before")["goal"]["at_most"], 1);
  }
  ExpectNothingLeft();
}

// In the suite's own rounds, too.
TEST_F(KvbenchTest, InterruptedEndsWhatItStarted) {
  auto kvbench = Start({"--etcd", "none", "failover", "--kills", "1000"});
  ASSERT_TRUE(Eventually([&] { return Nodes().size() == 3; })) << output();
  kvbench->Signal(SIGINT);
  EXPECT_EQ(kvbench->Wait(), 128 + SIGINT);
  EXPECT_THAT(output(), HasSubstr("interrupted"));
  ExpectNothingLeft();
}

TEST_F(KvbenchTest, LeavesNoNodeRunningWhenItIsKilledItself) {
  auto kvbench = Start({"--etcd", "none", "failover", "--kills", "1000"});
  ASSERT_TRUE(Eventually([&] { return Nodes().size() == 3; })) << output();
  kvbench->Signal(SIGKILL);
  kvbench->Wait();
  EXPECT_TRUE(Eventually([&] { return Nodes().empty(); }));
}

TEST_F(KvbenchTest, GivesUpAtItsLimit) {
  EXPECT_EQ(Run({"--limit-seconds", "2", "--etcd", "none", "failover", "--kills", "1000"}), 1);
  EXPECT_THAT(output(), HasSubstr("--limit-seconds"));
  ExpectNothingLeft();
}

TEST_F(KvbenchTest, RefusesPlansThatMakeNoSense) {
  EXPECT_EQ(Run({"failover", "--kills", "0"}), 2);
  EXPECT_EQ(Run({"idle", "--idle-partitions", "5000"}), 2);
  EXPECT_EQ(Run({"overload", "--overload-times", "0"}), 2);
  EXPECT_EQ(Run({"partitions", "--partition-counts", "1,0"}), 2);
  EXPECT_EQ(Run({"restart", "--restart-keys", "none"}), 2);
  EXPECT_EQ(Run({"faiover"}), 2);
  EXPECT_EQ(Run({"sustained", "--sustained-seconds", "0"}), 2);
  EXPECT_EQ(Run({"curve", "--curve", "nothing"}), 2);
  EXPECT_EQ(Run({"curve", "--shares", "0.5,3"}), 2);
  EXPECT_EQ(Run({"mixes", "--mix", "AX"}), 2);
  EXPECT_EQ(Run({"mixes", "--read-level", "nowhere"}), 2);
  EXPECT_EQ(Run({"--kvd", folder_ + "/nowhere", "idle"}), 1);
  EXPECT_THAT(output(), HasSubstr("cannot run " + folder_ + "/nowhere"));
  EXPECT_EQ(Run({"--etcd", folder_ + "/nowhere", "failover"}), 1);
  ExpectNothingLeft();
}

}  // namespace
}  // namespace quorate::testing
