// A replica comes to another node, and one goes.
#include <gtest/gtest.h>

#include <utility>

#include "kv/layout.h"
#include "kv/record.h"
#include "raft_world.h"

namespace quorate {
namespace {

constexpr uint64_t kNewcomer = 4;
const Move kNewcomerForThree{
    NodeId(kNewcomer), NodeId(3), Epoch(5), {NodeId(1), NodeId(2), NodeId(kNewcomer)}};

class MovesTest : public RaftWorld {
 protected:
  using RaftWorld::RaftWorld;
  void OpenNewcomer(Epoch since) {
    RaftReplicaOptions options;
    options.partition = PartitionId(7);
    options.raft.self = NodeId(kNewcomer);
    options.voters = {NodeId(1), NodeId(2), NodeId(3)};
    options.learners = {NodeId(kNewcomer)};
    options.member_since = since;
    auto replica = RaftReplica::Open(std::move(options), engines_[kNewcomer], nullptr,
                                     LogClock(now_, absl::UnixEpoch()));
    ASSERT_TRUE(replica.ok()) << replica.status();
    replicas_[kNewcomer] = *std::move(replica);
  }

  // Until the leader says that it is done, or for too long.
  void Carry(const Move& move) {
    for (auto& [id, replica] : replicas_) replica->SetMove(move, absl::ZeroDuration());
    for (int tick = 0; tick < 100 && !leader().MoveDone(); ++tick) {
      leader().Tick(now_);
      Settle();
    }
  }
};

TEST_F(MovesTest, TheLeaderTakesTheNewcomerInAndSaysWhenItIsDone) {
  OpenNewcomer(Epoch(5));
  EXPECT_FALSE(leader().MoveDone());
  Carry(kNewcomerForThree);
  ASSERT_TRUE(leader().MoveDone());
  const std::vector<NodeId> voters{NodeId(1), NodeId(2), NodeId(kNewcomer)};
  EXPECT_EQ(leader().raft().status().configuration.voters, voters);
  EXPECT_EQ(replicas_[kNewcomer]->raft().status().configuration.voters, voters);
}

TEST_F(MovesTest, ALeaderThatKnowsAnOlderWishUndoesNothing) {
  OpenNewcomer(Epoch(5));
  Carry(kNewcomerForThree);
  ASSERT_TRUE(leader().MoveDone());
  Carry({NodeId(3), NodeId(kNewcomer), Epoch(4), {NodeId(1), NodeId(2), NodeId(3)}});
  EXPECT_FALSE(leader().MoveDone());
  EXPECT_TRUE(leader().raft().status().configuration.IsVoter(NodeId(kNewcomer)));
}

TEST_F(MovesTest, WhatAFormerCopyLeftIsForgotten) {
  kv::StateMachine former(PartitionId(7), engines_[kNewcomer]);
  ASSERT_TRUE(former.Initialise("of then", /*member_since=*/3).ok());
  ASSERT_TRUE(former.Apply({{Term(1), LogIndex(1), EntryKind::kNoop, {}}}, "of then").ok());
  OpenNewcomer(Epoch(9));
  EXPECT_EQ(replicas_[kNewcomer]->state().applied().index, LogIndex(0));
  EXPECT_EQ(replicas_[kNewcomer]->state().applied().member_since, 9u);
}

// Whose newcomers need the whole state, for the log is short.
class FillingTest : public MovesTest {
 protected:
  FillingTest() : MovesTest(/*log_bytes_max=*/0) {
    for (const char* value : {"a", "b", "c", "d"}) {
      Write(value);
      Settle();
      TickLeader(1);
    }
    OpenNewcomer(Epoch(5));
  }
  // A record whose time has come by all that the leader has on disk.
  bool MayDropExpired() {
    constexpr uint64_t kNow = 1'000'000'000'000'000;
    expired_[1].SetDurable(PartitionId(7), kNow);
    return expired_[1].Drops(kv::RecordKey(PartitionId(7), "k"),
                             kv::EncodeStored("k", {1, "v", kNow - 1}));
  }
};

TEST_F(FillingTest, AStateIsHeldUntilItIsSentAndNoLonger) {
  ASSERT_TRUE(MayDropExpired());
  for (auto& [id, replica] : replicas_) replica->SetMove(kNewcomerForThree, now_);
  bool was_held = false;
  for (int tick = 0; tick < 100 && !leader().MoveDone(); ++tick) {
    leader().Tick(now_);
    Take(1);
    for (; !sent_.empty(); was_held = was_held || !MayDropExpired()) DeliverNext();
  }
  ASSERT_TRUE(leader().MoveDone());
  EXPECT_TRUE(was_held);
  TickLeader(1);
  EXPECT_TRUE(MayDropExpired());
  EXPECT_GT(leader().status().filled_bytes, 0u);
  EXPECT_EQ(leader().status().fill_bytes, leader().status().filled_bytes);
}

}  // namespace
}  // namespace quorate
