#include <gtest/gtest.h>

#include "cluster.h"

namespace quorate::raft {
namespace {

// n3 lacks what n1 has forgotten.
class SnapshotTest : public testing::Test {
 protected:
  explicit SnapshotTest(ClusterOptions options = {}) : cluster_({1, 2, 3}, {}, options) {
    cluster_.Elect(1);
    cluster_.Isolate(3);
    for (const char* command : {"a", "b", "c"}) Propose(command);
    cluster_.Compact(1, 4);
    cluster_.Heal();
  }
  void Propose(const std::string& command) {
    ASSERT_TRUE(cluster_.Propose(1, command).ok());
    cluster_.Settle();
  }
  void Beat() {
    cluster_.Tick(1, 2);
    cluster_.Settle();
  }
  bool SnapshotUnderWay() {
    return cluster_.raft(1).status().peers.at(1).state == ProgressState::kSnapshot;
  }
  static bool IsChunk(const Message& message) {
    return message.kind == MessageKind::kSnapshotChunk;
  }
  static bool IsLaterChunk(const Message& message) {
    return IsChunk(message) && message.snapshot.sequence > 0;
  }
  void Ticks(int count) {
    for (int i = 0; i < count; ++i) {
      cluster_.Tick(1);
      cluster_.Settle();
    }
  }
  // Delivers until a chunk for n3 lies in flight.
  void UntilChunk() {
    cluster_.Tick(1, 2);
    for (int i = 0; i < 1000; ++i) {
      for (const Message& message : cluster_.in_flight()) {
        if (IsChunk(message)) return;
      }
      cluster_.DeliverAt(0);
    }
  }
  std::vector<std::string> Commands(uint64_t node) { return cluster_.state(node).commands; }

  Cluster cluster_;
};

TEST_F(SnapshotTest, BringsAFollowerUpAndReplicationGoesOn) {
  Beat();
  EXPECT_EQ(Commands(3), Commands(1));
  EXPECT_EQ(cluster_.raft(3).status().first_index, LogIndex(5));
  Propose("d");
  EXPECT_EQ(Commands(3).back(), "d");
}

TEST_F(SnapshotTest, TheMembershipComesAlong) {
  cluster_.AddEmpty(4);
  cluster_.AddEmpty(5);
  ASSERT_TRUE(cluster_.Change(1, {1, 2, 3}, {4}).ok());
  cluster_.Settle();
  cluster_.Compact(1, cluster_.raft(1).commit_index().value());
  ASSERT_TRUE(cluster_.Change(1, {1, 2, 3}, {4, 5}).ok());
  cluster_.Settle();
  Beat();
  EXPECT_EQ(Commands(5), Commands(1));
  EXPECT_EQ(cluster_.raft(5).status().configuration, cluster_.raft(1).status().configuration);
}

TEST_F(SnapshotTest, IsNeverPutOverNewerEntries) {
  UntilChunk();
  const auto chunks = cluster_.Drop(IsChunk);
  cluster_.Settle();
  // n3 gets there by its log instead: n2 leads and has forgotten nothing.
  ASSERT_TRUE(cluster_.Transfer(1, 2).ok());
  cluster_.Settle();
  cluster_.Tick(2, 2);
  cluster_.Settle();
  ASSERT_EQ(Commands(3), Commands(2));
  Message late = chunks.front();
  late.term = cluster_.raft(2).term();
  late.from = NodeId(2);
  const LogIndex last = cluster_.raft(3).last_index();
  cluster_.Step(late);
  EXPECT_EQ(cluster_.raft(3).last_index(), last);
  const auto answer = cluster_.Drop([](const Message& message) {
    return message.from == NodeId(3) && message.kind == MessageKind::kAppendReply;
  });
  ASSERT_EQ(answer.size(), 1u);
  EXPECT_EQ(answer[0].index, cluster_.raft(3).commit_index());
}

TEST_F(SnapshotTest, ALogThatDoesNotMatchItIsDropped) {
  // n3 once led and kept entries nobody else has.
  Cluster other({1, 2, 3});
  other.Elect(3);
  other.Isolate(3);
  for (int i = 0; i < 9; ++i) ASSERT_TRUE(other.Propose(3, "lost").ok());
  other.Wake(1, true);
  other.Wake(2, true);
  other.Elect(1);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(other.Propose(1, "kept").ok());
  other.Settle();
  other.Compact(1, other.raft(1).commit_index().value());
  other.Heal();
  for (int i = 0; i < 3; ++i) {
    other.Tick(1, 2);
    other.Settle();
  }
  EXPECT_EQ(other.state(3).commands, other.state(1).commands);
  EXPECT_EQ(other.raft(3).last_index(), other.raft(1).last_index());
}

TEST_F(SnapshotTest, ALostChunkIsSentAgain) {
  UntilChunk();
  EXPECT_FALSE(cluster_.Drop(IsChunk).empty());
  Ticks(12);
  EXPECT_EQ(Commands(3), Commands(1));
}

TEST_F(SnapshotTest, ACrashHalfWayStartsItOver) {
  UntilChunk();
  cluster_.DeliverAt(0);
  cluster_.Crash(3);
  cluster_.Settle();
  cluster_.Restart(3);
  Ticks(40);
  EXPECT_EQ(Commands(3), Commands(1));
}

TEST_F(SnapshotTest, GoesOnWhereItWasWhenItsReceiverIsBack) {
  UntilChunk();
  while (cluster_.Drop(IsLaterChunk).empty()) cluster_.DeliverAt(0);
  cluster_.Isolate(3);
  Ticks(50);
  ASSERT_TRUE(SnapshotUnderWay());
  cluster_.Heal();
  size_t begun_anew = 0;
  for (int i = 0; i < 20; ++i) {
    cluster_.Tick(1);
    for (; !cluster_.in_flight().empty(); cluster_.DeliverAt(0)) {
      const Message& next = cluster_.in_flight().front();
      begun_anew += IsChunk(next) && !IsLaterChunk(next) ? 1 : 0;
    }
  }
  EXPECT_EQ(Commands(3), Commands(1));
  EXPECT_EQ(begun_anew, 0u);
}

class ImpatientSnapshotTest : public SnapshotTest {
 protected:
  ImpatientSnapshotTest() : SnapshotTest(Options()) {}
  static ClusterOptions Options() {
    ClusterOptions options;
    options.config.snapshot_patience_ticks = 20;
    return options;
  }
};

TEST_F(ImpatientSnapshotTest, IsGivenUpForOneThatDoesNotAnswer) {
  UntilChunk();  // it is, as long as n3 is heard
  ASSERT_TRUE(SnapshotUnderWay());
  cluster_.Isolate(3);
  Ticks(50);
  EXPECT_FALSE(SnapshotUnderWay());
}

TEST_F(SnapshotTest, IsAskedForAgainWhenTheHostHadNone) {
  cluster_.options().serve_snapshots = false;
  Beat();
  EXPECT_FALSE(SnapshotUnderWay());
  cluster_.options().serve_snapshots = true;
  Beat();
  EXPECT_EQ(Commands(3), Commands(1));
}

TEST_F(SnapshotTest, CompactionSparesWhatItsReceiverNeedsNext) {
  UntilChunk();
  ASSERT_TRUE(SnapshotUnderWay());
  for (const char* command : {"d", "e"}) ASSERT_TRUE(cluster_.Propose(1, command).ok());
  const auto chunk = cluster_.Drop(IsChunk);
  cluster_.Settle();
  cluster_.Compact(1, 6);
  EXPECT_EQ(cluster_.raft(1).status().first_index, LogIndex(5));
}

class UnsparedSnapshotTest : public SnapshotTest {
 protected:
  UnsparedSnapshotTest() : SnapshotTest(Options()) {}
  static ClusterOptions Options() {
    ClusterOptions options;
    options.config.snapshot_keep_bytes_max = 0;
    return options;
  }
};

TEST_F(UnsparedSnapshotTest, CompactionThatOutrunsASnapshotCostsAnotherOne) {
  UntilChunk();
  ASSERT_TRUE(cluster_.Propose(1, "d").ok());
  // n2 commits it while the chunk is on its way.
  cluster_.Deliver([](const Message& message) { return message.to == NodeId(2); });
  cluster_.Deliver([](const Message& message) { return message.from == NodeId(2); });
  cluster_.Compact(1, 5);
  ASSERT_EQ(cluster_.raft(1).status().first_index, LogIndex(6));
  for (int i = 0; i < 30; ++i) {
    cluster_.Tick(1);
    cluster_.Settle();
  }
  EXPECT_EQ(Commands(3), Commands(1));
}

}  // namespace
}  // namespace quorate::raft
