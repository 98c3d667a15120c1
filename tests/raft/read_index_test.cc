#include <gtest/gtest.h>

#include "cluster.h"

namespace quorate::raft {
namespace {

bool Served(Cluster& cluster, uint64_t node, uint64_t id) {
  const auto found = cluster.reads().find({node, id});
  return found != cluster.reads().end() && found->second.has_value();
}

bool Failed(Cluster& cluster, uint64_t node, uint64_t id) {
  const auto found = cluster.reads().find({node, id});
  return found != cluster.reads().end() && !found->second.has_value();
}

TEST(ReadIndexTest, IsServedAtTheLeaderAndThroughIt) {
  Cluster cluster({1, 2, 3}, {4}, {});
  cluster.Elect(1);
  ASSERT_TRUE(cluster.Propose(1, "x").ok());
  cluster.Settle();
  for (uint64_t node : {1, 2, 4}) {
    ASSERT_TRUE(cluster.Read(node, 10).ok());
    cluster.Settle();
    EXPECT_TRUE(Served(cluster, node, 10));
  }
}

TEST(ReadIndexTest, WaitsForAnEntryOfTheLeadersOwnTerm) {
  Cluster cluster({1, 2, 3});
  cluster.Elect(1);
  cluster.Cut(1, 2);
  cluster.Cut(1, 3);
  cluster.Drop([](const Message&) { return true; });
  cluster.Heal();
  ASSERT_TRUE(cluster.Transfer(1, 2).ok());
  while (!cluster.raft(2).is_leader()) cluster.DeliverAt(0);
  ASSERT_FALSE(cluster.raft(2).leader_ready());
  ASSERT_TRUE(cluster.Read(2, 1).ok());
  EXPECT_FALSE(Served(cluster, 2, 1));
  cluster.Settle();
  EXPECT_TRUE(Served(cluster, 2, 1));
}

TEST(ReadIndexTest, IsNotConfirmedByHeartbeatsOfBeforeItWasAsked) {
  Cluster cluster({1, 2, 3});
  cluster.Elect(1);
  cluster.Tick(1, 2);
  cluster.Deliver([](const Message& m) { return m.kind == MessageKind::kHeartbeat; });
  ASSERT_TRUE(cluster.Read(1, 1).ok());
  cluster.Deliver([](const Message& m) { return m.kind == MessageKind::kHeartbeatReply; });
  EXPECT_FALSE(Served(cluster, 1, 1));
  cluster.Settle();
  EXPECT_TRUE(Served(cluster, 1, 1));
}

TEST(ReadIndexTest, LateAnswersToAnEarlierReadConfirmNoLaterOne) {
  Cluster cluster({1, 2, 3});
  cluster.Elect(1);
  ASSERT_TRUE(cluster.Read(1, 1).ok());
  cluster.Deliver([](const Message& m) { return m.kind == MessageKind::kHeartbeat; });
  const auto late = cluster.Drop([](const Message&) { return true; });
  ASSERT_TRUE(cluster.Read(1, 2).ok());  // tried again
  cluster.Drop([](const Message&) { return true; });
  for (const Message& answer : late) cluster.Step(answer);
  EXPECT_TRUE(Served(cluster, 1, 1));
  EXPECT_FALSE(Served(cluster, 1, 2));
}

TEST(ReadIndexTest, ADeposedLeaderServesNothing) {
  Cluster cluster({1, 2, 3});
  cluster.Elect(1);
  cluster.Isolate(1);
  cluster.Wake(2, true);
  cluster.Wake(3, true);
  cluster.Elect(2);
  ASSERT_TRUE(cluster.Propose(2, "newer").ok());
  cluster.Settle();
  ASSERT_TRUE(cluster.raft(1).is_leader());
  ASSERT_TRUE(cluster.Read(1, 1).ok());
  cluster.Settle();
  EXPECT_FALSE(Served(cluster, 1, 1));
  cluster.Tick(1, 20);
  EXPECT_TRUE(Failed(cluster, 1, 1));
}

TEST(ReadIndexTest, LearnersDoNotConfirmIt) {
  Cluster cluster({1, 2, 3}, {4, 5}, {});
  cluster.Elect(1);
  cluster.Isolate(2);
  cluster.Isolate(3);
  ASSERT_TRUE(cluster.Read(1, 1).ok());
  cluster.Tick(1, 4);
  cluster.Settle();
  EXPECT_FALSE(Served(cluster, 1, 1));
}

TEST(ReadIndexTest, NeedsBothHalvesWhileJoint) {
  Cluster cluster({1, 2, 3});
  cluster.AddEmpty(4);
  cluster.AddEmpty(5);
  cluster.Elect(1);
  cluster.Isolate(4);
  cluster.Isolate(5);
  ASSERT_TRUE(cluster.Change(1, {1, 4, 5}).ok());
  cluster.Settle();
  ASSERT_TRUE(cluster.Read(1, 1).ok());
  cluster.Settle();
  EXPECT_FALSE(Served(cluster, 1, 1));
}

TEST(ReadIndexTest, IsGivenUpWhenTheAnswerDoesNotCome) {
  Cluster cluster({1, 2, 3});
  cluster.Elect(1);
  ASSERT_TRUE(cluster.Read(2, 1).ok());
  cluster.Drop([](const Message&) { return true; });
  for (int i = 0; i < 10; ++i) {
    cluster.TickAll();
    cluster.Settle();
  }
  EXPECT_TRUE(Failed(cluster, 2, 1));
}

TEST(ReadIndexTest, IsGivenUpWhenTheLeaderChanges) {
  Cluster cluster({1, 2, 3});
  cluster.Elect(1);
  ASSERT_TRUE(cluster.Read(3, 1).ok());
  cluster.Drop([](const Message&) { return true; });
  ASSERT_TRUE(cluster.Transfer(1, 2).ok());
  cluster.Settle();
  EXPECT_TRUE(Failed(cluster, 3, 1));
}

TEST(ReadIndexTest, AnAnswerToAFormerLifeIsNotTakenForOneToThis) {
  Cluster cluster({1, 2, 3});
  cluster.Elect(1);
  ASSERT_TRUE(cluster.Read(2, 1).ok());
  std::vector<Message> answer;
  while (answer.empty()) {
    cluster.DeliverAt(0);
    answer = cluster.Drop([](const Message& m) { return m.kind == MessageKind::kReadIndexReply; });
  }
  cluster.Crash(2);
  cluster.Restart(2);
  cluster.Tick(1, 2);
  cluster.Settle();
  ASSERT_TRUE(cluster.Propose(1, "newer").ok());
  cluster.Settle();
  ASSERT_TRUE(cluster.Read(2, 2).ok());
  cluster.Drop([](const Message&) { return true; });
  cluster.Step(answer[0]);
  EXPECT_FALSE(Served(cluster, 2, 2));
}

TEST(ReadIndexTest, SaysSoWhereNoLeaderIsKnown) {
  Cluster cluster({1, 2, 3});
  EXPECT_EQ(cluster.Read(1, 1).code(), absl::StatusCode::kUnavailable);
}

TEST(ReadIndexTest, OneRoundServesAllThatWait) {
  Config config;
  config.self = NodeId(1);
  Restored restored;
  restored.base.configuration.voters = Nodes({1, 2, 3});
  Cluster cluster({1, 2, 3});
  cluster.Elect(1);
  for (uint64_t id = 1; id <= 50; ++id) ASSERT_TRUE(cluster.raft(2).ReadIndex(id).ok());
  size_t questions = 0;
  while (cluster.raft(2).has_output()) {
    for (const Message& message : cluster.raft(2).TakeOutput().messages) {
      questions += message.kind == MessageKind::kReadIndex ? 1 : 0;
    }
  }
  EXPECT_EQ(questions, 1u);
}

}  // namespace
}  // namespace quorate::raft
