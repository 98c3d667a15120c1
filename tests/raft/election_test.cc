#include <gtest/gtest.h>

#include "cluster.h"

namespace quorate::raft {
namespace {

Message Vote(uint64_t from, uint64_t to, uint64_t term, uint64_t index, uint64_t log_term) {
  Message vote;
  vote.kind = MessageKind::kVote;
  vote.from = NodeId(from);
  vote.to = NodeId(to);
  vote.term = Term(term);
  vote.index = LogIndex(index);
  vote.log_term = Term(log_term);
  return vote;
}

// What lies in flight from `from`, of one kind.
std::vector<Message> Sent(Cluster& cluster, uint64_t from, MessageKind kind) {
  std::vector<Message> sent;
  for (const Message& message : cluster.in_flight()) {
    if (message.from == NodeId(from) && message.kind == kind) sent.push_back(message);
  }
  return sent;
}

TEST(ElectionTest, ElectsOneLeaderByItself) {
  Cluster cluster({1, 2, 3});
  const uint64_t leader = cluster.ElectAny();
  ASSERT_NE(leader, 0u);
  for (uint64_t id : {1, 2, 3}) EXPECT_EQ(cluster.raft(id).leader(), NodeId(leader));
}

TEST(ElectionTest, WaitsLongerThanTheElectionTimeoutAndLessThanTwice) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    ClusterOptions options;
    options.seed = seed;
    Cluster cluster({1, 2, 3}, {}, options);
    cluster.Tick(1, 9);
    EXPECT_EQ(cluster.raft(1).status().role, Role::kFollower);
    cluster.Tick(1, 10);
    EXPECT_EQ(cluster.raft(1).status().role, Role::kPreCandidate);
  }
}

TEST(ElectionTest, TimeoutsDifferFromSeedToSeedAndRepeatForASeed) {
  const auto timeout = [](uint64_t seed) {
    ClusterOptions options;
    options.seed = seed;
    Cluster cluster({1, 2, 3}, {}, options);
    int ticks = 0;
    for (; cluster.raft(1).status().role == Role::kFollower; ++ticks) cluster.Tick(1);
    return ticks;
  };
  std::set<int> timeouts;
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    timeouts.insert(timeout(seed));
    EXPECT_EQ(timeout(seed), timeout(seed));
  }
  EXPECT_GT(timeouts.size(), 3u);
}

TEST(ElectionTest, GivesOneVoteInATerm) {
  Cluster cluster({1, 2, 3});
  cluster.Step(Vote(2, 1, 5, 0, 0));
  cluster.Step(Vote(3, 1, 5, 0, 0));
  cluster.Step(Vote(2, 1, 5, 0, 0));
  const auto replies = Sent(cluster, 1, MessageKind::kVoteReply);
  ASSERT_EQ(replies.size(), 3u);
  EXPECT_FALSE(replies[0].reject);
  EXPECT_TRUE(replies[1].reject);
  EXPECT_FALSE(replies[2].reject) << "the same vote told again";
}

TEST(ElectionTest, RemembersItsVoteAcrossACrash) {
  Cluster cluster({1, 2, 3});
  cluster.Step(Vote(2, 1, 5, 0, 0));
  cluster.Crash(1);
  cluster.Restart(1);
  cluster.Step(Vote(3, 1, 5, 0, 0));
  EXPECT_TRUE(Sent(cluster, 1, MessageKind::kVoteReply).back().reject);
}

TEST(ElectionTest, AnswersAVoteOnlyOnceItIsDurable) {
  ClusterOptions options;
  options.sync_at_once = false;
  Cluster cluster({1, 2, 3}, {}, options);
  cluster.Step(Vote(2, 1, 5, 0, 0));
  EXPECT_TRUE(Sent(cluster, 1, MessageKind::kVoteReply).empty());
  cluster.Sync(1);
  EXPECT_EQ(Sent(cluster, 1, MessageKind::kVoteReply).size(), 1u);
}

TEST(ElectionTest, CountsItsOwnVoteOnlyOnceItIsDurable) {
  ClusterOptions options;
  options.sync_at_once = false;
  Cluster cluster({1}, {}, options);
  cluster.Campaign(1);
  EXPECT_EQ(cluster.raft(1).status().role, Role::kCandidate);
  cluster.Sync(1);
  EXPECT_TRUE(cluster.raft(1).is_leader());
}

TEST(ElectionTest, RefusesALogThatIsBehind) {
  Cluster cluster({1, 2, 3});
  cluster.Elect(1);
  ASSERT_TRUE(cluster.Propose(1, "x").ok());
  cluster.Settle();
  cluster.Wake(2, /*leader_gone=*/true);
  cluster.Step(Vote(3, 2, 9, 1, 1));
  EXPECT_TRUE(Sent(cluster, 2, MessageKind::kVoteReply).back().reject);
  EXPECT_EQ(cluster.raft(2).term(), Term(9)) << "a newer term is taken over all the same";
  cluster.Step(Vote(3, 2, 10, 1, 2));
  EXPECT_FALSE(Sent(cluster, 2, MessageKind::kVoteReply).back().reject);
}

TEST(ElectionTest, APreVoteChangesNothing) {
  Cluster cluster({1, 2, 3});
  Message pre = Vote(2, 1, 7, 0, 0);
  pre.kind = MessageKind::kPreVote;
  cluster.Step(pre);
  pre.from = NodeId(3);
  cluster.Step(pre);
  for (const Message& reply : Sent(cluster, 1, MessageKind::kPreVoteReply)) {
    EXPECT_FALSE(reply.reject);
    EXPECT_EQ(reply.term, Term(7));
  }
  EXPECT_EQ(cluster.raft(1).term(), Term());
}

TEST(ElectionTest, IgnoresVotesWhileALeaderIsHeard) {
  Cluster cluster({1, 2, 3});
  cluster.Elect(1);
  cluster.Step(Vote(3, 2, 9, 100, 8));
  EXPECT_EQ(cluster.raft(2).term(), Term(1));
  Message forced = Vote(3, 2, 9, 100, 8);
  forced.force = true;
  cluster.Step(forced);
  EXPECT_EQ(cluster.raft(2).term(), Term(9)) << "a transfer is a reason";
}

// Cut off in one direction, a node may neither unseat the leader again and
// again nor stay out for ever.
TEST(ElectionTest, OneWayPartitionsMakeNoLivelock) {
  Cluster cluster({1, 2, 3});
  cluster.Elect(1);
  cluster.Cut(1, 3);
  cluster.Cut(2, 3);  // n3 hears nobody, all hear n3
  for (int i = 0; i < 200; ++i) {
    cluster.TickAll();
    cluster.Settle();
  }
  EXPECT_TRUE(cluster.raft(1).is_leader());
  EXPECT_EQ(cluster.raft(1).term(), Term(1));
  cluster.Heal();
  cluster.TickAll(2);
  cluster.Settle();
  EXPECT_EQ(cluster.raft(3).leader(), NodeId(1));
}

TEST(ElectionTest, ALeaderThatHearsNobodyMakesRoom) {
  Cluster cluster({1, 2, 3});
  cluster.Elect(1);
  cluster.Cut(2, 1);
  cluster.Cut(3, 1);  // all hear n1, n1 hears nobody
  for (int i = 0; i < 100; ++i) {
    cluster.TickAll();
    cluster.Settle();
  }
  EXPECT_FALSE(cluster.raft(1).is_leader());
  EXPECT_NE(cluster.leader(), 0u);
}

TEST(ElectionTest, ATermThatRanAheadComesBackIn) {
  Cluster cluster({1, 2, 3});
  cluster.Elect(1);
  cluster.Isolate(3);
  Message now;
  now.kind = MessageKind::kTimeoutNow;
  now.from = NodeId(1);
  now.to = NodeId(3);
  now.term = Term(1);
  cluster.Step(now);
  ASSERT_EQ(cluster.raft(3).term(), Term(2));
  cluster.Settle();
  cluster.Heal();
  for (int i = 0; i < 100; ++i) {
    cluster.TickAll();
    cluster.Settle();
  }
  const uint64_t leader = cluster.ElectAny();
  EXPECT_EQ(cluster.raft(3).leader(), NodeId(leader));
}

TEST(ElectionTest, ARemovedNodeDisturbsNobody) {
  Cluster cluster({1, 2, 3, 4});
  cluster.Elect(1);
  cluster.Isolate(4);
  ASSERT_TRUE(cluster.Change(1, {1, 2, 3}).ok());
  cluster.Settle();
  cluster.Heal();  // n4 never heard of it
  for (int i = 0; i < 200; ++i) {
    cluster.TickAll();
    cluster.Settle();
  }
  EXPECT_TRUE(cluster.raft(1).is_leader());
  EXPECT_EQ(cluster.raft(1).term(), Term(1));
}

TEST(ElectionTest, LearnersNeverCampaignAndTheirVotesDoNotCount) {
  Cluster cluster({1, 2, 3}, {4, 5}, {});
  cluster.Tick(4, 100);
  EXPECT_EQ(cluster.raft(4).status().role, Role::kFollower);
  cluster.Isolate(2);
  cluster.Isolate(3);
  cluster.Campaign(1);
  cluster.Settle();
  EXPECT_EQ(cluster.raft(1).status().role, Role::kPreCandidate);
  for (uint64_t learner : {4, 5}) {
    Message yes = Vote(learner, 1, 1, 0, 0);
    yes.kind = MessageKind::kPreVoteReply;
    cluster.Step(yes);
  }
  EXPECT_EQ(cluster.raft(1).status().role, Role::kPreCandidate);
}

TEST(ElectionTest, MessagesOfOlderTermsAndOfNoneOfUsAreHarmless) {
  Cluster cluster({1, 2, 3});
  cluster.Elect(1);
  const Status before = cluster.raft(1).status();
  for (int kind = 1; kind <= 13; ++kind) {
    Message message = Vote(2, 1, 0, 50, 0);
    message.kind = static_cast<MessageKind>(kind);
    cluster.Step(message);
    message.from = NodeId(99);
    message.term = Term(1);
    cluster.Step(message);
    message.to = NodeId(2);
    cluster.raft(1).Step(message);
  }
  const Status after = cluster.raft(1).status();
  EXPECT_EQ(after.hard_state, before.hard_state);
  EXPECT_EQ(after.commit_index, before.commit_index);
  EXPECT_TRUE(cluster.raft(1).is_leader());
}

}  // namespace
}  // namespace quorate::raft
