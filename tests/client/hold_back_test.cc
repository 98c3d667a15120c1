#include "client/hold_back.h"

#include <gtest/gtest.h>

#include <deque>

namespace quorate::client {
namespace {

constexpr absl::Duration kStep = absl::Milliseconds(1);

// A client, and a node that has so many calls under way at most and answers so many in a
// millisecond, in order.
class HoldBackTest : public ::testing::Test {
 protected:
  struct Tally {
    int offered = 0;
    int held = 0;
    int refused = 0;
    int done = 0;
  };

  Tally Run(int offered_a_step, int answered_a_step, absl::Duration length) {
    Tally tally;
    for (const absl::Duration end = now_ + length; now_ < end; now_ += kStep) {
      for (int i = 0; i < offered_a_step; ++i) Offer(tally);
      for (int i = 0; i < answered_a_step && under_way_ > 0; ++i) {
        --under_way_;
        ++tally.done;
        hold_back_.OnAnswer(false, under_way_, now_);
      }
    }
    return tally;
  }

  void Offer(Tally& tally) {
    ++tally.offered;
    if (!hold_back_.Allow(under_way_, now_)) {
      ++tally.held;
    } else if (under_way_ < under_way_max_) {
      ++under_way_;
    } else {
      ++tally.refused;
      hold_back_.OnAnswer(true, under_way_, now_);
    }
  }

  HoldBack hold_back_;
  int64_t under_way_ = 0;
  int64_t under_way_max_ = 400;
  absl::Duration now_ = absl::Seconds(1000);
};

TEST_F(HoldBackTest, HoldsNothingOfWhatIsTaken) {
  const Tally tally = Run(4, 4, absl::Seconds(5));
  EXPECT_EQ(tally.held + tally.refused, 0);
  EXPECT_GE(tally.done, tally.offered - 4);
}

TEST_F(HoldBackTest, LetsOutLittleMoreThanIsAnsweredAndNoLess) {
  Run(20, 4, absl::Seconds(1));
  const Tally tally = Run(20, 4, absl::Seconds(5));
  EXPECT_GT(tally.done, 4 * 5000 * 0.97);
  EXPECT_GT(tally.refused, 0) << "or it would not find out when there is more room";
  EXPECT_LT(tally.refused, tally.done / 20);
}

TEST_F(HoldBackTest, LetsOutFewWhereNothingIsTaken) {
  under_way_max_ = 0;
  const Tally tally = Run(20, 4, absl::Seconds(10));
  EXPECT_GT(tally.refused, 10);
  EXPECT_LT(tally.refused, tally.offered / 40);
}

TEST_F(HoldBackTest, FollowsANodeThatComesToAnswerMore) {
  under_way_max_ = 100;
  Run(20, 1, absl::Seconds(3));
  under_way_max_ = 1000;
  Run(20, 10, absl::Seconds(3));
  EXPECT_GT(Run(20, 10, absl::Seconds(1)).done, 10 * 1000 * 0.97);
}

TEST_F(HoldBackTest, HoldsNothingMoreWhenThereIsNoMoreThanIsAnswered) {
  Run(20, 4, absl::Seconds(3));
  Run(3, 4, absl::Milliseconds(500));  // what waits at the node is answered
  EXPECT_EQ(Run(3, 4, absl::Seconds(2)).held, 0);
}

TEST_F(HoldBackTest, ForgetsARefusalWithinSeconds) {
  hold_back_.OnAnswer(true, 0, now_);
  EXPECT_FALSE(hold_back_.Allow(100, now_));
  now_ += absl::Seconds(2);
  EXPECT_TRUE(hold_back_.Allow(100, now_));
}

}  // namespace
}  // namespace quorate::client
