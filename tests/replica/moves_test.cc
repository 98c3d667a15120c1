// A replica comes to another node, and one goes.
#include <gtest/gtest.h>

#include <utility>

#include "raft_world.h"

namespace quorate {
namespace {

constexpr uint64_t kNewcomer = 4;
const Move kNewcomerForThree{
    NodeId(kNewcomer), NodeId(3), Epoch(5), {NodeId(1), NodeId(2), NodeId(kNewcomer)}};

class MovesTest : public RaftWorld {
 protected:
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

}  // namespace
}  // namespace quorate
