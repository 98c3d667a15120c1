// A disk that forgot what was acknowledged. The core notices where a leader still
// counts on it; what else it would do shows why a node must not start like that.
#include <gtest/gtest.h>

#include "cluster.h"

namespace quorate::raft {
namespace {

TEST(LostTailTest, IsNoticedByTheFirstHeartbeatOfTheLeaderThatCountsOnIt) {
  Cluster cluster({1, 2, 3});
  cluster.Elect(1);
  for (const char* command : {"a", "b", "c"}) ASSERT_TRUE(cluster.Propose(1, command).ok());
  cluster.Settle();
  const LogIndex last = cluster.raft(2).last_index();
  cluster.Crash(2);
  cluster.LoseEnd(2, 2);
  cluster.Restart(2);
  cluster.Tick(1, cluster.options().config.heartbeat_ticks);
  cluster.Deliver([](const Message& message) { return message.to == NodeId(2); });
  ASSERT_TRUE(cluster.lost_tails().contains(2));
  EXPECT_EQ(cluster.lost_tails().at(2).leader, NodeId(1));
  EXPECT_EQ(cluster.lost_tails().at(2).acknowledged, last);
  EXPECT_EQ(cluster.raft(2).last_index() + 2, last) << "it does nothing about it by itself";
}

TEST(LostTailTest, AnEndThatNobodyWasToldOfIsNoLoss) {
  ClusterOptions options;
  options.sync_at_once = false;
  Cluster cluster({1, 2, 3}, {}, options);
  cluster.Campaign(1);
  const auto move_on = [&cluster] {
    for (uint64_t node : {1, 2, 3}) cluster.SyncAll(node);
    cluster.Deliver([](const Message&) { return true; });
  };
  for (int i = 0; i < 20; ++i) move_on();
  ASSERT_EQ(cluster.leader(), 1u);
  ASSERT_TRUE(cluster.Propose(1, "a").ok());
  cluster.Deliver([](const Message& message) { return message.kind == MessageKind::kAppend; });
  cluster.Crash(2);  // what it had not synced is gone
  cluster.Restart(2);
  for (int i = 0; i < 20; ++i) {
    cluster.TickAll();
    move_on();
  }
  EXPECT_TRUE(cluster.lost_tails().empty());
  EXPECT_EQ(cluster.raft(2).last_index(), cluster.raft(1).last_index());
}

// The two that the core cannot see: who could tell it is gone. storage/log_mark.h and
// node/peers.h are there so that it does not come to this.
TEST(LostTailTest, WithWhoForgotAnAcknowledgementALeaderIsElectedThatLacksWhatIsCommitted) {
  Cluster cluster({1, 2, 3});
  cluster.ExpectViolations();
  cluster.Elect(1);
  cluster.Isolate(3);
  ASSERT_TRUE(cluster.Propose(1, "acknowledged").ok());
  cluster.Settle();
  ASSERT_TRUE(cluster.invariants().violations().empty());
  cluster.Crash(2);
  cluster.LoseEnd(2, 1);
  cluster.Crash(1);
  cluster.Restart(2);
  cluster.Heal();
  cluster.ElectAny();
  EXPECT_FALSE(cluster.invariants().violations().empty());
}

TEST(LostTailTest, WithWhoForgotAVoteTwoLeadersAreElectedInOneTerm) {
  Cluster cluster({1, 2, 3});
  cluster.ExpectViolations();
  cluster.Cut(1, 3);
  cluster.Cut(3, 1);
  cluster.Elect(1);
  const Term term = cluster.raft(1).term();
  cluster.Crash(2);
  cluster.LoseVote(2);
  cluster.Restart(2);
  cluster.Isolate(1);
  Message vote;
  vote.kind = MessageKind::kVote;
  vote.from = NodeId(3);
  vote.to = NodeId(2);
  vote.term = term;
  vote.index = LogIndex(100);
  vote.log_term = term;
  cluster.Step(vote);
  EXPECT_EQ(cluster.durable_hard_state(2), (HardState{term, NodeId(3)}));
}

}  // namespace
}  // namespace quorate::raft
