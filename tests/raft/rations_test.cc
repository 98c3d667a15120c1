// A newcomer that lacks a log gets it piece by piece, and never less than what is new.
#include "raft/rations.h"

#include "cluster.h"
#include "gtest/gtest.h"

namespace quorate::raft {
namespace {

TEST(RationsTest, WhatIsNewIsTakenBeforeWhatWasGranted) {
  Rations rations;
  rations.Grant(100);
  rations.Appended(30, 2);
  EXPECT_EQ(rations.left(), 160u);
  rations.Took(50);
  EXPECT_EQ(rations.TakeOfGrants(), 0u);
  rations.Took(50);
  EXPECT_EQ(rations.TakeOfGrants(), 40u);
  EXPECT_EQ(rations.left(), 60u);
  rations.Took(70);  // an entry larger than what is left
  EXPECT_TRUE(rations.exhausted());
  EXPECT_EQ(rations.TakeOfGrants(), 70u);
}

TEST(RationsTest, WithoutLearnersNothingIsSavedUpForThem) {
  Rations rations;
  rations.Grant(0);
  rations.Appended(30, 0);
  EXPECT_TRUE(rations.exhausted());
}

TEST(RationsTest, AGrantIsNewsOnlyToWhoWaitsForIt) {
  Rations rations;
  EXPECT_FALSE(rations.Grant(0));
  EXPECT_FALSE(rations.Grant(10));
  rations.Await();
  EXPECT_FALSE(rations.Grant(0));
  EXPECT_TRUE(rations.Grant(10));
  EXPECT_FALSE(rations.Grant(10));
}

constexpr uint64_t kLearner = 4;
constexpr uint64_t kEntries = 50;

// One that was away while so many entries came, none of which it was to be sent at once.
class LearnerRationsTest : public testing::Test {
 protected:
  LearnerRationsTest() : cluster_({1, 2, 3}, {kLearner}, {}) {
    cluster_.Elect(1);
    leader().FeedLearners(0);
    cluster_.Isolate(kLearner);
    for (uint64_t i = 0; i < kEntries; ++i) Propose();
    cluster_.Heal();
    // What was new meanwhile was sent, and lost.
    Beat(3);
  }
  Raft& leader() { return cluster_.raft(1); }
  void Propose() {
    ASSERT_TRUE(cluster_.Propose(1, std::string(100, 'v')).ok());
    cluster_.Settle();
  }
  void Beat(int ticks) {
    for (int i = 0; i < ticks; ++i) {
      cluster_.Tick(1);
      cluster_.Settle();
    }
  }
  uint64_t lag() {
    return leader().last_index().value() - cluster_.raft(kLearner).last_index().value();
  }
  Cluster cluster_;
};

TEST_F(LearnerRationsTest, WhatIsNotGrantedIsNotSent) {
  ASSERT_EQ(lag(), kEntries);
  Beat(10);
  EXPECT_EQ(lag(), kEntries);
  EXPECT_EQ(cluster_.raft(2).last_index(), leader().last_index());
}

TEST_F(LearnerRationsTest, WhatIsGrantedIsSentAndNoMore) {
  leader().FeedLearners(1000);
  Beat(10);
  EXPECT_LT(lag(), kEntries - 5);
  EXPECT_GT(lag(), kEntries - 15);
  leader().FeedLearners(Rations::kNoBound);
  Beat(10);
  EXPECT_EQ(lag(), 0u);
}

TEST_F(LearnerRationsTest, WhoLagsBehindDoesNotFallFurtherBehind) {
  for (uint64_t i = 0; i < 2 * kEntries; ++i) Propose();
  Beat(10);
  EXPECT_LE(lag(), kEntries + 1);
}

}  // namespace
}  // namespace quorate::raft
