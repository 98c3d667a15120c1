#include <gtest/gtest.h>

#include "cluster.h"

namespace quorate::raft {
namespace {

TEST(ChangeTest, MovesToAnotherSetOfMembersByItself) {
  Cluster cluster({1, 2, 3});
  for (uint64_t id : {4, 5}) cluster.AddEmpty(id);
  cluster.Elect(1);
  ASSERT_TRUE(cluster.Propose(1, "x").ok());
  ASSERT_TRUE(cluster.Change(1, {1, 4, 5}).ok());
  cluster.Settle();
  EXPECT_FALSE(cluster.raft(1).status().configuration.joint());
  EXPECT_EQ(cluster.raft(4).status().configuration.voters, Nodes({1, 4, 5}));
  EXPECT_EQ(cluster.state(5).commands, std::vector<std::string>{"x"});
}

TEST(ChangeTest, IsRefusedBeforeAnEntryOfTheTermIsCommitted) {
  Cluster cluster({1, 2, 3, 4});
  cluster.Campaign(1);
  while (!cluster.raft(1).is_leader()) cluster.DeliverAt(0);
  EXPECT_EQ(cluster.Change(1, {1, 2, 3}).status().code(), absl::StatusCode::kFailedPrecondition);
  cluster.Settle();
  EXPECT_TRUE(cluster.Change(1, {1, 2, 3}).ok());
}

TEST(ChangeTest, IsRefusedWhileAnotherIsUnderWay) {
  Cluster cluster({1, 2, 3});
  cluster.Elect(1);
  ASSERT_TRUE(cluster.Change(1, {1, 2}).ok());
  EXPECT_EQ(cluster.Change(1, {1, 3}).status().code(), absl::StatusCode::kFailedPrecondition);
  cluster.Settle();
  EXPECT_EQ(cluster.Change(1, {1, 2}).status().code(), absl::StatusCode::kAlreadyExists);
  EXPECT_TRUE(cluster.Change(1, {1, 3}).ok());
}

TEST(ChangeTest, ANewLeaderFinishesAJointConfigurationLeftHalfWay) {
  Cluster cluster({1, 2, 3});
  cluster.Elect(1);
  ASSERT_TRUE(cluster.Change(1, {2, 3}).ok());
  cluster.Deliver([](const Message& m) { return m.kind == MessageKind::kAppend; });
  cluster.Drop([](const Message&) { return true; });
  cluster.Crash(1);
  ASSERT_TRUE(cluster.raft(2).status().configuration.joint());
  cluster.ElectAny();
  for (int i = 0; i < 40; ++i) {
    cluster.TickAll();
    cluster.Settle();
  }
  EXPECT_EQ(cluster.raft(cluster.ElectAny()).status().configuration.voters, Nodes({2, 3}));
}

TEST(ChangeTest, ALeaderThatIsRemovedDoesNotCountItself) {
  Cluster cluster({1, 2, 3});
  cluster.Elect(1);
  ASSERT_TRUE(cluster.Change(1, {2, 3}).ok());
  while (cluster.raft(1).status().configuration.joint()) cluster.DeliverAt(0);
  // The leave entry is on n1 and reaches n2 only: one of {2, 3} is no majority.
  ASSERT_TRUE(cluster.raft(1).is_leader());
  const LogIndex leave = cluster.raft(1).last_index();
  cluster.Isolate(3);
  cluster.Settle();
  EXPECT_LT(cluster.raft(1).commit_index(), leave);
  cluster.Heal();
  cluster.Tick(1, 2);
  cluster.Settle();
  EXPECT_FALSE(cluster.raft(1).is_leader());
  EXPECT_TRUE(cluster.raft(cluster.ElectAny()).leader_ready());
}

TEST(ChangeTest, ACopyThatComesBackEmptyHelpsNobodyWhoCountsTheFormerOne) {
  Cluster cluster({1, 2, 3});
  cluster.AddEmpty(4);
  cluster.Elect(2);
  cluster.Isolate(1);
  // n3 has acknowledged that it goes, and forgets it with all else.
  ASSERT_TRUE(cluster.Change(2, {1, 2, 4}, {}, /*asked=*/5).ok());
  cluster.Settle();
  ASSERT_EQ(cluster.raft(2).ConfigurationAt(cluster.raft(2).commit_index()).voters,
            Nodes({1, 2, 4}));
  cluster.ComeBackEmpty(3, /*since=*/6);
  cluster.Heal();
  for (uint64_t id : {2, 4}) cluster.Isolate(id);
  // n1 knows the members of the beginning only: with n3 it were a majority of them.
  for (int i = 0; i < 40; ++i) {
    for (uint64_t id : {1, 3}) cluster.Tick(id);
    cluster.Settle();
    ASSERT_FALSE(cluster.raft(1).is_leader());
    ASSERT_FALSE(cluster.raft(3).is_leader());
  }
  cluster.Heal();
  ASSERT_TRUE(cluster.Change(2, {1, 2, 4}, {3}, 6).ok());
  cluster.Settle();
  ASSERT_TRUE(cluster.Change(2, {1, 2, 3}, {}, 6).ok());
  cluster.Settle();
  // Now it knows, and its vote is needed.
  cluster.Crash(2);
  EXPECT_TRUE(cluster.raft(cluster.ElectAny()).leader_ready());
}

TEST(ChangeTest, TwoGoToOneWithoutGettingStuck) {
  for (uint64_t survivor : {1, 2}) {
    Cluster cluster({1, 2});
    cluster.Elect(1);
    ASSERT_TRUE(cluster.Change(1, {survivor}).ok());
    cluster.Settle();
    cluster.Isolate(3 - survivor);
    const uint64_t leader = cluster.ElectAny();
    EXPECT_EQ(leader, survivor);
    ASSERT_TRUE(cluster.Propose(leader, "alone").ok());
    EXPECT_EQ(cluster.state(leader).commands, std::vector<std::string>{"alone"});
  }
}

TEST(ChangeTest, LearnersDoNotCountForACommit) {
  Cluster cluster({1, 2, 3}, {4, 5}, {});
  cluster.Elect(1);
  cluster.Isolate(2);
  cluster.Isolate(3);
  ASSERT_TRUE(cluster.Propose(1, "x").ok());
  cluster.Settle();
  EXPECT_EQ(cluster.raft(4).last_index(), LogIndex(2));
  EXPECT_EQ(cluster.raft(1).commit_index(), LogIndex(1));
}

TEST(ChangeTest, FewerVotersCommitWhatWaitedForMore) {
  Cluster cluster({1, 2, 3}, {4}, {});
  cluster.Elect(1);
  ASSERT_TRUE(cluster.Change(1, {1, 2, 3}).ok()) << "learners go in one step";
  cluster.Settle();
  EXPECT_TRUE(cluster.raft(1).status().configuration.learners.empty());
}

TEST(TransferTest, HandsOverToTheBestWhereNobodyIsNamed) {
  Cluster cluster({1, 2, 3});
  cluster.Elect(1);
  cluster.Isolate(2);
  ASSERT_TRUE(cluster.Propose(1, "x").ok());
  cluster.Settle();
  ASSERT_TRUE(cluster.Transfer(1, 0).ok());
  cluster.Settle();
  EXPECT_TRUE(cluster.raft(3).leader_ready());
}

TEST(TransferTest, AcceptsNoProposalMeanwhileAndTakesUpWorkAgainIfItFails) {
  Cluster cluster({1, 2, 3});
  cluster.Elect(1);
  cluster.Isolate(2);
  ASSERT_TRUE(cluster.Transfer(1, 2).ok());
  EXPECT_EQ(cluster.Propose(1, "x").status().code(), absl::StatusCode::kUnavailable);
  for (int i = 0; i < 10; ++i) {
    cluster.Tick(1);
    cluster.Settle();
  }
  EXPECT_TRUE(cluster.Propose(1, "x").ok());
}

TEST(TransferTest, AReadAskedBeforeIsServedByNoOldLeaderAfter) {
  Cluster cluster({1, 2, 3});
  cluster.Elect(1);
  ASSERT_TRUE(cluster.Read(1, 1).ok());
  const auto round = cluster.Drop([](const Message&) { return true; });
  ASSERT_TRUE(cluster.Transfer(1, 2).ok());
  cluster.Settle();
  ASSERT_TRUE(cluster.Propose(2, "newer").ok());
  cluster.Settle();
  for (const Message& heartbeat : round) cluster.Step(heartbeat);
  cluster.Settle();
  EXPECT_EQ(cluster.reads().at({1, 1}), std::nullopt);
}

}  // namespace
}  // namespace quorate::raft
