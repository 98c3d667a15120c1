#include <gtest/gtest.h>

#include "cluster.h"

namespace quorate::raft {
namespace {

ClusterOptions Manual() {
  ClusterOptions options;
  options.sync_at_once = false;
  return options;
}

TEST(LeaderTest, ReplicatesAndCommits) {
  Cluster cluster({1, 2, 3});
  cluster.Elect(1);
  const auto position = cluster.Propose(1, "x");
  ASSERT_TRUE(position.ok());
  EXPECT_EQ(position->index, LogIndex(2));
  EXPECT_EQ(position->term, Term(1));
  cluster.Settle();
  for (uint64_t id : {1, 2, 3}) {
    EXPECT_EQ(cluster.state(id).commands, std::vector<std::string>{"x"});
  }
}

TEST(LeaderTest, SendsBeforeItsOwnDiskIsDone) {
  Cluster cluster({1, 2, 3});
  cluster.Elect(1);
  cluster.options().sync_at_once = false;
  ASSERT_TRUE(cluster.Propose(1, "x").ok());
  EXPECT_EQ(cluster.in_flight().size(), 2u);
  EXPECT_EQ(cluster.writes_under_way(1), 1u);
}

TEST(LeaderTest, CountsItselfOnlyOnceItsOwnDiskIsDone) {
  Cluster cluster({1, 2, 3});
  cluster.Elect(1);
  cluster.options().sync_at_once = false;
  cluster.Isolate(3);
  ASSERT_TRUE(cluster.Propose(1, "x").ok());
  cluster.Settle();
  cluster.SyncAll(2);
  cluster.Settle();
  EXPECT_EQ(cluster.raft(1).commit_index(), LogIndex(1));
  cluster.SyncAll(1);
  EXPECT_EQ(cluster.raft(1).commit_index(), LogIndex(2));
}

TEST(LeaderTest, ASingleVoterWaitsForItsOwnSync) {
  Cluster cluster({1}, {}, Manual());
  cluster.Campaign(1);
  cluster.SyncAll(1);
  ASSERT_TRUE(cluster.Propose(1, "x").ok());
  EXPECT_TRUE(cluster.state(1).commands.empty());
  cluster.Sync(1);
  EXPECT_EQ(cluster.state(1).commands, std::vector<std::string>{"x"});
}

TEST(LeaderTest, StepsDownWhenItsDiskStalls) {
  Cluster cluster({1, 2, 3});
  cluster.Elect(1);
  cluster.options().sync_at_once = false;
  ASSERT_TRUE(cluster.Propose(1, "x").ok());
  for (int i = 0; i < 20; ++i) {
    cluster.Tick(1);
    cluster.Settle();
    cluster.SyncAll(2);
    cluster.SyncAll(3);
    cluster.Settle();
  }
  EXPECT_FALSE(cluster.raft(1).is_leader());
}

TEST(LeaderTest, HandsOverToNobodyWhoHasNotAnsweredForLong) {
  Cluster cluster({1, 2, 3});
  cluster.Elect(1);
  cluster.Isolate(2);
  for (int i = 0; i < 25; ++i) {
    cluster.Tick(1);
    cluster.Settle();
  }
  ASSERT_TRUE(cluster.raft(1).is_leader());
  EXPECT_EQ(cluster.Transfer(1, 2).code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(cluster.Propose(1, "x").ok()) << "writes do not wait for it";
  cluster.Heal();
  cluster.Tick(1, 2);
  cluster.Settle();
  EXPECT_TRUE(cluster.Transfer(1, 2).ok());
}

TEST(LeaderTest, KeepsItsPlaceWhileItsDiskIsOnlySlow) {
  Cluster cluster({1, 2, 3});
  cluster.Elect(1);
  cluster.options().sync_at_once = false;
  for (int i = 0; i < 60; ++i) {
    ASSERT_TRUE(cluster.Propose(1, "x").ok());
    if (i % 8 == 7) cluster.Sync(1);  // ever more under way, but it moves
    cluster.Tick(1);
    cluster.Settle();
    cluster.SyncAll(2);
    cluster.SyncAll(3);
    cluster.Settle();
  }
  EXPECT_TRUE(cluster.raft(1).is_leader());
}

TEST(LeaderTest, RefusesProposalsItCannotTake) {
  Cluster cluster({1, 2, 3});
  EXPECT_EQ(cluster.Propose(1, "x").status().code(), absl::StatusCode::kUnavailable);
  cluster.options().config.uncommitted_bytes_max = 100;
  Cluster small({1, 2, 3}, {}, cluster.options());
  small.Elect(1);
  EXPECT_TRUE(small.Propose(1, std::string(500, 'x')).ok()) << "one always fits";
  const LogIndex last = small.raft(1).last_index();
  EXPECT_EQ(small.Propose(1, "y").status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(small.raft(1).last_index(), last) << "refused is never appended";
  small.Settle();
  EXPECT_TRUE(small.Propose(1, "y").ok());
  EXPECT_GT(small.raft(1).uncommitted_bytes(), 0u);
}

TEST(LeaderTest, BatchesProposalsOfOneTurnIntoOneAppend) {
  Config config;
  config.self = NodeId(1);
  Restored restored;
  restored.base.configuration.voters = Nodes({1});
  restored.base.configuration.learners = Nodes({2});
  Raft raft(config, restored);
  raft.Campaign();
  while (raft.has_output()) {
    Output output = raft.TakeOutput();
    if (output.persist) raft.Persisted(output.persist->id);
  }
  Message matched;
  matched.kind = MessageKind::kAppendReply;
  matched.from = NodeId(2);
  matched.to = NodeId(1);
  matched.term = Term(1);
  matched.index = LogIndex(1);
  raft.Step(matched);
  while (raft.has_output()) raft.TakeOutput();
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(raft.Propose(Payload("x")).ok());
  const Output output = raft.TakeOutput();
  ASSERT_EQ(output.messages.size(), 1u);
  EXPECT_EQ(output.messages[0].entries.size(), 100u);
  EXPECT_EQ(output.persist->entries.size(), 100u);
}

TEST(LeaderTest, RefusalsThatComeLateChangeNothing) {
  Cluster cluster({1, 2, 3});
  cluster.Elect(1);
  ASSERT_TRUE(cluster.Propose(1, "x").ok());
  cluster.Settle();
  Message late;
  late.kind = MessageKind::kAppendReply;
  late.from = NodeId(2);
  late.to = NodeId(1);
  late.term = Term(1);
  late.index = LogIndex(1);
  late.reject = true;
  cluster.Step(late);
  const PeerStatus peer = cluster.raft(1).status().peers[0];
  EXPECT_EQ(peer.state, ProgressState::kReplicate);
  EXPECT_EQ(peer.match, LogIndex(2));
}

TEST(LeaderTest, FindsOutThatPipelinedAppendsWereLost) {
  Cluster cluster({1, 2, 3});
  cluster.Elect(1);
  cluster.Cut(1, 3);
  for (const char* command : {"a", "b", "c"}) ASSERT_TRUE(cluster.Propose(1, command).ok());
  cluster.Settle();
  EXPECT_EQ(cluster.raft(1).status().peers[1].next, LogIndex(5)) << "it sent them on trust";
  cluster.Heal();
  cluster.Tick(1, 2);
  cluster.Settle();
  EXPECT_EQ(cluster.state(3).commands.size(), 3u);
}

TEST(LeaderTest, HandsOutCommittedEntriesOnceInBoundedBatches) {
  ClusterOptions options;
  options.config.apply_bytes_max = 1;
  Cluster cluster({1, 2, 3}, {}, options);
  cluster.Elect(1);
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(cluster.Propose(1, std::to_string(i)).ok());
  cluster.Settle();
  EXPECT_EQ(cluster.state(1).commands.size(), 10u);  // order and once: the invariants
}

}  // namespace
}  // namespace quorate::raft
