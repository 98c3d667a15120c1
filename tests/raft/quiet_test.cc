#include <gtest/gtest.h>

#include "cluster.h"

namespace quorate::raft {
namespace {

class QuietTest : public testing::Test {
 protected:
  QuietTest() : cluster_({1, 2, 3}, {}, Options()) {
    cluster_.Elect(1);
    RunIdle(10);
  }
  static ClusterOptions Options() {
    ClusterOptions options;
    options.config.quiet_after_ticks = 6;
    return options;
  }
  void RunIdle(int ticks) {
    for (int i = 0; i < ticks; ++i) {
      cluster_.TickAll();
      cluster_.Settle();
    }
  }
  bool AllQuiet() {
    for (uint64_t id : cluster_.living()) {
      if (!cluster_.raft(id).quiet()) return false;
    }
    return true;
  }

  Cluster cluster_;
};

TEST_F(QuietTest, AnIdleGroupSaysNothingAndElectsNobody) {
  ASSERT_TRUE(AllQuiet());
  cluster_.TickAll(1000);
  EXPECT_TRUE(cluster_.in_flight().empty());
  EXPECT_TRUE(cluster_.raft(1).is_leader());
}

TEST_F(QuietTest, AnyWorkWakesAll) {
  ASSERT_TRUE(cluster_.Propose(1, "x").ok());
  cluster_.Settle();
  EXPECT_EQ(cluster_.state(3).commands, std::vector<std::string>{"x"});
  EXPECT_FALSE(cluster_.raft(2).quiet());
  RunIdle(12);
  EXPECT_TRUE(AllQuiet());
  ASSERT_TRUE(cluster_.Read(2, 7).ok());
  cluster_.Settle();
  EXPECT_TRUE(cluster_.reads().at({2, 7}).has_value());
}

TEST_F(QuietTest, LateMessagesWakeNobody) {
  Message late;
  late.kind = MessageKind::kHeartbeatReply;
  late.from = NodeId(2);
  late.to = NodeId(1);
  late.term = Term(1);
  cluster_.Step(late);
  late.kind = MessageKind::kAppendReply;
  late.index = LogIndex(1);
  cluster_.Step(late);
  late.kind = MessageKind::kHeartbeat;
  late.from = NodeId(1);
  late.to = NodeId(2);
  cluster_.Step(late);
  EXPECT_TRUE(AllQuiet());
}

// A heartbeat tells no more to be committed than its receiver has acknowledged; who has
// more than that is not done.
TEST_F(QuietTest, AFollowerThatHasMoreThanItIsToldDoesNotGoQuiet) {
  ASSERT_TRUE(cluster_.Propose(1, "x").ok());
  cluster_.Settle();
  Message quiet;
  quiet.kind = MessageKind::kHeartbeat;
  quiet.from = NodeId(1);
  quiet.to = NodeId(3);
  quiet.term = Term(1);
  quiet.commit = LogIndex(1);
  quiet.quiet = true;
  cluster_.Wake(3, false);
  ASSERT_EQ(cluster_.raft(3).last_index(), LogIndex(2));
  cluster_.Step(quiet);
  EXPECT_FALSE(cluster_.raft(3).quiet());
}

TEST_F(QuietTest, ARestartedFollowerWakesTheGroup) {
  cluster_.Crash(3);
  cluster_.Restart(3);
  RunIdle(60);
  EXPECT_EQ(cluster_.raft(3).leader(), NodeId(1));
  EXPECT_EQ(cluster_.raft(1).term(), Term(1));
  EXPECT_TRUE(AllQuiet());
}

TEST_F(QuietTest, TheLossOfTheLeadersNodeStartsAnElection) {
  cluster_.Crash(1);
  cluster_.Wake(2, true);
  cluster_.Wake(3, true);
  RunIdle(30);
  EXPECT_TRUE(cluster_.raft(cluster_.ElectAny()).leader_ready());
}

TEST_F(QuietTest, ALeaderThatWakesDoesNotBlameThoseWhoWereQuiet) {
  cluster_.TickAll(100);
  cluster_.Wake(1, false);
  cluster_.Tick(1, 9);
  EXPECT_TRUE(cluster_.raft(1).is_leader());
}

}  // namespace
}  // namespace quorate::raft
