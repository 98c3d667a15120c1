// What a leader's lease rests on: voters that promised to elect no other, and
// what they do when something would make them forget it.
#include <gtest/gtest.h>

#include <algorithm>

#include "cluster.h"

namespace quorate::raft {
namespace {

constexpr uint32_t kElection = 10;  // ticks

Message VoteFor(uint64_t from, uint64_t to, uint64_t term) {
  Message vote;
  vote.kind = MessageKind::kVote;
  vote.from = NodeId(from);
  vote.to = NodeId(to);
  vote.term = Term(term);
  vote.index = LogIndex(100);
  vote.log_term = Term(term - 1);
  return vote;
}

ClusterOptions Promising(uint32_t quiet_after = 0) {
  ClusterOptions options;
  options.config.election_ticks = kElection;
  options.config.promise_us = 9000;
  options.config.quiet_after_ticks = quiet_after;
  return options;
}

// n1 leads and has been promised something by all.
class PromisesTest : public ::testing::Test {
 protected:
  explicit PromisesTest(std::vector<uint64_t> voters = {1, 2, 3})
      : cluster_(voters, {}, Promising()) {
    cluster_.Elect(1);
    leader().AskPromises(true);
    Renew();
  }
  Raft& leader() { return cluster_.raft(1); }
  void Renew() {
    cluster_.Tick(1, 2);
    cluster_.Settle();
  }
  // Whether `node` gives its vote now.
  bool Votes(uint64_t node, uint64_t term, bool force = false) {
    const uint64_t candidate = node == 3 ? 2 : 3;
    Message vote = VoteFor(candidate, node, term);
    vote.force = force;
    cluster_.Step(vote);
    const auto granted = [&](const Message& m) {
      return m.kind == MessageKind::kVoteReply && m.from == NodeId(node) && !m.reject;
    };
    return !cluster_.Drop(granted).empty();
  }

  Cluster cluster_;
};

TEST_F(PromisesTest, AMajoritysCountForTheRoundThatAskedForThem) {
  EXPECT_EQ(leader().promised_round(), leader().round());
  const uint64_t before = leader().promised_round();
  cluster_.Tick(1, 2);
  EXPECT_GT(leader().round(), before);
  EXPECT_EQ(leader().promised_round(), before) << "nobody has answered yet";
  cluster_.Isolate(3);
  cluster_.Settle();
  EXPECT_EQ(leader().promised_round(), leader().round()) << "n1 and n2 are a majority";
  cluster_.Isolate(2);
  cluster_.Tick(1, 2);
  cluster_.Settle();
  EXPECT_LT(leader().promised_round(), leader().round());
}

TEST_F(PromisesTest, AReadsRoundBringsThemToo) {
  const uint64_t before = leader().promised_round();
  ASSERT_TRUE(cluster_.Read(1, 1).ok());
  cluster_.Settle();
  EXPECT_GT(leader().promised_round(), before);
}

TEST_F(PromisesTest, AreKeptForAnElectionTimeoutWhateverIsHeardOfTheLeader) {
  cluster_.Wake(2, /*leader_gone=*/true);
  cluster_.Tick(2, kElection - 1);
  EXPECT_FALSE(Votes(2, 5));
  cluster_.Tick(2);
  EXPECT_TRUE(Votes(2, 5));
}

TEST_F(PromisesTest, HoldForTheCandidateItself) {
  cluster_.Isolate(1);
  cluster_.Wake(2, /*leader_gone=*/true);
  cluster_.Campaign(2);
  cluster_.Tick(2, kElection - 1);
  cluster_.Campaign(2);
  EXPECT_EQ(cluster_.raft(2).status().role, Role::kFollower);
  // But it does not wait for much longer.
  cluster_.Tick(2, kElection);
  EXPECT_EQ(cluster_.raft(2).status().role, Role::kPreCandidate);
}

TEST_F(PromisesTest, OutliveTheTermTheyWereGivenIn) {
  Message newer;
  newer.kind = MessageKind::kAppendReply;
  newer.from = NodeId(3);
  newer.to = NodeId(2);
  newer.term = Term(7);
  cluster_.Step(newer);
  ASSERT_EQ(cluster_.raft(2).term(), Term(7));
  EXPECT_FALSE(Votes(2, 7));
  EXPECT_FALSE(Votes(2, 8));
  cluster_.Tick(2, kElection);
  EXPECT_TRUE(Votes(2, 8));
}

TEST_F(PromisesTest, AreNotForgottenInARestart) {
  cluster_.Crash(2);
  cluster_.Restart(2);
  EXPECT_FALSE(Votes(2, 5));
  cluster_.Tick(2, kElection - 1);
  EXPECT_FALSE(Votes(2, 5));
  cluster_.Tick(2);
  EXPECT_TRUE(Votes(2, 5));
}

TEST_F(PromisesTest, AreBrokenOnlyWhereTheLeaderItselfWantsItSo) {
  EXPECT_FALSE(Votes(2, 5));
  EXPECT_TRUE(Votes(2, 5, /*force=*/true));
}

TEST_F(PromisesTest, CountNoMoreInATermInWhichAnotherWasToldToCampaign) {
  cluster_.Cut(1, 2);  // it will not arrive
  ASSERT_TRUE(cluster_.Transfer(1, 2).ok());
  EXPECT_EQ(leader().promised_round(), 0u);
  for (uint32_t i = 0; i < kElection; ++i) Renew();
  cluster_.Heal();
  Renew();
  // The transfer has failed; but the message may still be on its way somewhere.
  ASSERT_TRUE(leader().is_leader());
  ASSERT_FALSE(leader().status().transferring_to);
  EXPECT_EQ(leader().promised_round(), 0u);
  ASSERT_TRUE(cluster_.Transfer(1, 2).ok());
  cluster_.Settle();
  ASSERT_TRUE(cluster_.Transfer(2, 1).ok());
  cluster_.Settle();
  ASSERT_TRUE(leader().is_leader());
  Renew();
  EXPECT_EQ(leader().promised_round(), leader().round()) << "in another term it begins anew";
}

TEST_F(PromisesTest, OfBothMajoritiesAreWantedWhileJoint) {
  cluster_.AddEmpty(4);
  cluster_.AddEmpty(5);
  cluster_.Isolate(4);
  cluster_.Isolate(5);
  ASSERT_TRUE(cluster_.Change(1, {1, 4, 5}).ok());
  Renew();
  EXPECT_EQ(leader().promised_round(), 0u);
  cluster_.Heal();
  for (int i = 0; i < 5; ++i) Renew();
  ASSERT_FALSE(leader().status().configuration.joint());
  EXPECT_EQ(leader().promised_round(), leader().round());
}

TEST_F(PromisesTest, CountForNobodyWhoDoesNotLead) {
  EXPECT_EQ(cluster_.raft(2).promised_round(), 0u);
  cluster_.Isolate(1);
  cluster_.Tick(1, 2 * kElection);
  ASSERT_FALSE(leader().is_leader());
  EXPECT_EQ(leader().promised_round(), 0u);
}

TEST(PromisesAskedForTest, NobodyPromisesWhatNobodyAskedFor) {
  Cluster cluster({1, 2, 3}, {}, Promising());
  cluster.Elect(1);
  cluster.Tick(1, 2);
  cluster.Settle();
  EXPECT_EQ(cluster.raft(1).promised_round(), 0u);
  cluster.Isolate(1);
  cluster.Wake(2, /*leader_gone=*/true);
  cluster.Wake(3, /*leader_gone=*/true);
  cluster.Campaign(2);
  cluster.Settle();
  EXPECT_TRUE(cluster.raft(2).is_leader()) << "there is nothing to wait for";
}

TEST(PromisesAskedForTest, AReplicaWhoseTicksAreShorterPromisesNothing) {
  Config config;
  config.self = NodeId(2);
  config.promise_us = 8000;
  Restored restored;
  restored.base.configuration.voters = Nodes({1, 2, 3});
  Raft follower(config, restored);
  Message heartbeat;
  heartbeat.kind = MessageKind::kHeartbeat;
  heartbeat.from = NodeId(1);
  heartbeat.to = NodeId(2);
  heartbeat.term = Term(1);
  for (const uint64_t asked : {9000, 8000}) {
    heartbeat.promise_us = asked;
    follower.Step(heartbeat);
    const Output output = follower.TakeOutput();
    ASSERT_EQ(output.messages_after_sync.size(), 1u);
    EXPECT_EQ(output.messages_after_sync[0].promise_us, asked <= 8000 ? asked : 0);
  }
}

TEST(PromisesAskedForTest, ANewGroupHasNothingToWaitFor) {
  Cluster cluster({1, 2, 3}, {}, Promising());
  cluster.Elect(1);
  EXPECT_TRUE(cluster.raft(1).is_leader());
}

TEST(PromisesAskedForTest, LearnersDoNotCount) {
  Cluster cluster({1, 2, 3}, {4, 5}, Promising());
  cluster.Elect(1);
  cluster.raft(1).AskPromises(true);
  cluster.Isolate(2);
  cluster.Isolate(3);
  cluster.Tick(1, 2);
  cluster.Settle();
  EXPECT_EQ(cluster.raft(1).promised_round(), 0u);
}

TEST(PromisesAskedForTest, CountOnlyOnceAnEntryOfTheLeadersTermIsCommitted) {
  ClusterOptions options = Promising();
  options.sync_at_once = true;
  Cluster cluster({1, 2, 3}, {}, options);
  cluster.raft(1).AskPromises(true);
  cluster.Campaign(1);
  while (!cluster.raft(1).is_leader()) cluster.DeliverAt(0);
  cluster.Drop([](const Message& m) { return m.kind == MessageKind::kAppend; });
  cluster.Tick(1, 2);
  cluster.Deliver([](const Message& m) { return m.kind == MessageKind::kHeartbeat; });
  cluster.Deliver([](const Message& m) { return m.kind == MessageKind::kHeartbeatReply; });
  ASSERT_FALSE(cluster.raft(1).leader_ready());
  EXPECT_EQ(cluster.raft(1).promised_round(), 0u);
  cluster.Settle();
  ASSERT_TRUE(cluster.raft(1).leader_ready());
  EXPECT_GT(cluster.raft(1).promised_round(), 0u);
}

TEST(PromisesAskedForTest, AQuietGroupLetsThemRunOut) {
  Cluster cluster({1, 2, 3}, {}, Promising(/*quiet_after=*/6));
  cluster.Elect(1);
  cluster.raft(1).AskPromises(true);
  for (int i = 0; i < 10; ++i) {
    cluster.TickAll();
    cluster.Settle();
  }
  ASSERT_TRUE(cluster.raft(2).quiet());
  cluster.TickAll(kElection);
  cluster.Isolate(1);
  cluster.Wake(2, /*leader_gone=*/true);
  cluster.Campaign(2);
  EXPECT_EQ(cluster.raft(2).status().role, Role::kPreCandidate);
}

}  // namespace
}  // namespace quorate::raft
