#include "client/hold_back.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <vector>

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
        hold_back_.OnAnswer(1, false, kStep, under_way_, now_);
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
      hold_back_.OnAnswer(1, true, kStep, under_way_, now_);
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
  hold_back_.OnAnswer(1, true, kStep, 0, now_);
  EXPECT_FALSE(hold_back_.Allow(100, now_));
  now_ += absl::Seconds(2);
  EXPECT_TRUE(hold_back_.Allow(100, now_));
}

TEST_F(HoldBackTest, LetsOutAtFirstWhatAnyNodeTakesOn) {
  for (uint64_t i = 0; i < limits::kCallsUnderWayMin; ++i) {
    ASSERT_TRUE(hold_back_.Allow(under_way_++, now_)) << i;
  }
  EXPECT_FALSE(hold_back_.Allow(under_way_, now_));
}

TEST_F(HoldBackTest, LetsOutTwiceAsManyWithEachRoundTripWhereNoneIsRefused) {
  under_way_max_ = 100'000;
  for (int64_t limit = 1024; limit <= 16 * 1024; limit *= 2) {
    EXPECT_TRUE(hold_back_.Allow(limit - 1, now_));
    EXPECT_FALSE(hold_back_.Allow(limit, now_));
    for (int64_t i = 0; i < limit; ++i) hold_back_.OnAnswer(1, false, kStep, limit - 1, now_);
  }
}

TEST_F(HoldBackTest, LetsOutNoMoreWhereAnswersWaitForThoseBefore) {
  const auto answer_all = [&](absl::Duration took) {
    for (int i = 0; i < 5000; ++i) hold_back_.OnAnswer(1, false, took, 1023, now_);
  };
  hold_back_.OnAnswer(1, false, kStep, 0, now_);
  answer_all(100 * kStep);
  EXPECT_FALSE(hold_back_.Allow(1024, now_));
  answer_all(2 * kStep);
  EXPECT_TRUE(hold_back_.Allow(1024, now_));
}

TEST_F(HoldBackTest, LetsOutMoreToANodeThatIsFarAwayAndAnswersAtOnce) {
  for (int i = 0; i < 2000; ++i) hold_back_.OnAnswer(1, false, 300 * kStep, 1023, now_);
  EXPECT_TRUE(hold_back_.Allow(2000, now_));
}

TEST_F(HoldBackTest, CallsCountForWhatTheyWeighAtTheNode) {
  constexpr uint32_t kWeight = 17;
  int64_t out = 0;
  for (; hold_back_.Allow(out, now_); out += kWeight) {
  }
  EXPECT_LT(out, 1024 + kWeight);
  for (int64_t left = out; left > 0; left -= kWeight) {
    hold_back_.OnAnswer(kWeight, false, kStep, out - kWeight, now_);
  }
  EXPECT_TRUE(hold_back_.Allow(2 * out - kWeight, now_));
  hold_back_.OnAnswer(kWeight, true, kStep, out - kWeight, now_);
  EXPECT_FALSE(hold_back_.Allow(out, now_));
}

TEST_F(HoldBackTest, ALimitThatIsNotNearlyUsedDoesNotGrow) {
  Run(4, 4, absl::Seconds(60));
  EXPECT_FALSE(hold_back_.Allow(1024, now_));
}

// A node that reads what comes in order and refuses what it reads while it has enough; reading
// takes half of its time at most, a quarter of what an answer takes for each.
class FloodTest : public ::testing::Test {
 protected:
  struct Tally {
    int done = 0;
    std::vector<absl::Duration> refusals;  // how long each took, none where it was held back
  };

  Tally Run(int offered_a_step, absl::Duration length) {
    Tally tally;
    for (const absl::Duration end = now_ + length; now_ < end; now_ += kStep) {
      for (int i = 0; i < offered_a_step; ++i) {
        if (hold_back_.Allow(UnderWay(), now_)) {
          sent_.push_back(now_);
        } else {
          tally.refusals.push_back(absl::ZeroDuration());
        }
      }
      const int read = Read(tally);
      for (int i = 0; i < (kWorkAStep - read) / kWorkAnAnswer && !taken_.empty(); ++i) {
        const absl::Duration took = now_ - taken_.front();
        taken_.pop_front();
        ++tally.done;
        hold_back_.OnAnswer(1, false, took, UnderWay(), now_);
      }
    }
    std::sort(tally.refusals.begin(), tally.refusals.end());
    return tally;
  }

 private:
  static constexpr int kWorkAStep = 24;
  static constexpr int kWorkAnAnswer = 4;
  static constexpr uint64_t kTakenMax = limits::kCallsUnderWayMin;

  int64_t UnderWay() const { return static_cast<int64_t>(sent_.size() + taken_.size()); }

  int Read(Tally& tally) {
    int read = 0;
    for (; read < kWorkAStep / 2 && !sent_.empty(); ++read) {
      const absl::Duration sent = sent_.front();
      sent_.pop_front();
      if (taken_.size() < kTakenMax) {
        taken_.push_back(sent);
        continue;
      }
      tally.refusals.push_back(now_ - sent);
      hold_back_.OnAnswer(1, true, now_ - sent, UnderWay(), now_);
    }
    return read;
  }

  HoldBack hold_back_;
  std::deque<absl::Duration> sent_;   // not yet read by the node
  std::deque<absl::Duration> taken_;  // read, and to be answered
  absl::Duration now_ = absl::Seconds(1000);
};

TEST_F(FloodTest, WhatComesAllAtOnceIsNotKeptWaitingForItsRefusal) {
  Run(2, absl::Seconds(1));
  for (int burst = 0; burst < 3; ++burst) {
    const Tally tally = Run(30, absl::Seconds(5));
    ASSERT_GT(tally.refusals.size(), 10'000u);
    EXPECT_LT(tally.refusals[tally.refusals.size() * 999 / 1000], absl::Milliseconds(50));
    EXPECT_LT(tally.refusals.back(), absl::Milliseconds(100));
    EXPECT_GT(tally.done, 4.3 * 5000) << "of six a millisecond, if it read nothing";
    Run(2, absl::Seconds(2));
  }
}

}  // namespace
}  // namespace quorate::client
