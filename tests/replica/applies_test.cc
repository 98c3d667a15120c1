// When followers apply what is committed: together, and before anybody looks.
#include "raft_world.h"

namespace quorate {
namespace {

class AppliesTest : public RaftWorld {
 protected:
  // The followers know that it is committed, too.
  void WriteAndTell(const std::string& value) {
    Write(value);
    Settle();
    leader().TellNews();
    Settle();
  }
  uint64_t Unapplied(uint64_t id) const {
    const ReplicaStatus status = replicas_.at(id)->status();
    return status.commit_index - status.applied_index;
  }
};

TEST_F(AppliesTest, FollowersApplyTogetherWhatComesWithinATick) {
  replicas_[2]->Tick(now_);
  Take(2);
  for (uint64_t i = 1; i <= 5; ++i) {
    WriteAndTell(std::to_string(i));
    EXPECT_EQ(Unapplied(1), 0u) << "its clients wait";
    EXPECT_EQ(Unapplied(2), i);
  }
  replicas_[2]->Tick(now_);
  Take(2);
  EXPECT_EQ(Unapplied(2), 0u);
  EXPECT_EQ(replicas_[2]->status().applied_index, leader().status().applied_index);
}

TEST_F(AppliesTest, AReadAtAFollowerSeesAllThatItKnowsToBeCommitted) {
  for (const std::string value : {"a", "b"}) {
    WriteAndTell(value);
    ASSERT_GT(Unapplied(3), 0u);
    const auto& read = Read(3, Level::kOne);
    ASSERT_TRUE(read && read->status.ok());
    ASSERT_TRUE(read->found.front());
    EXPECT_EQ(read->found.front()->value, value);
    EXPECT_EQ(read->receipt.position.index.value(), replicas_[3]->status().commit_index);
  }
}

TEST_F(AppliesTest, ALinearizableReadThroughAFollowerWaitsForNoTick) {
  WriteAndTell("a");
  ASSERT_GT(Unapplied(2), 0u);
  const auto& read = Read(2, Level::kLinearizable);
  Write("b");  // the read's index may be this one's
  Settle();
  ASSERT_TRUE(read && read->status.ok()) << "it waits for the follower's state";
  EXPECT_EQ(read->found.front()->value, "b");
}

TEST_F(AppliesTest, FollowersDoNotGatherMoreThanABoundedNumber) {
  uint64_t most = 0;
  for (int i = 0; i < 600; ++i) {
    WriteAndTell("v");
    most = std::max(most, Unapplied(2));
  }
  EXPECT_GT(most, 100u);
  EXPECT_LT(most, 600u);
}

TEST_F(AppliesTest, WhoComesToLeadHasAppliedAllBeforeItProposes) {
  WriteAndTell("a");
  ASSERT_GT(Unapplied(2), 0u);
  ASSERT_TRUE(leader().TransferLeadership(NodeId(2)).ok());
  Settle();
  ASSERT_TRUE(replicas_[2]->leading());
  EXPECT_EQ(Unapplied(2), 0u);
}

}  // namespace
}  // namespace quorate
