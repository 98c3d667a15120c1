#include "node/cluster_calendar.h"

#include <gtest/gtest.h>

namespace quorate {
namespace {

constexpr absl::Duration kTolerance = absl::Milliseconds(2500);

class ClusterCalendarTest : public testing::Test {
 protected:
  // It tells once a second for so long; its frames take `way`.
  void Tells(uint64_t node, absl::Duration ahead, int seconds = 1,
             absl::Duration way = absl::ZeroDuration()) {
    for (int i = 0; i < seconds; ++i) {
      now_ += absl::Seconds(1);
      // Its machine runs for longer than this one.
      const absl::Duration monotonic = now_ - way + absl::Hours(node);
      calendar_.Note({NodeId(node), Boot(boot_)}, Micros(True() - way + ahead),
                     static_cast<uint64_t>(absl::ToInt64Microseconds(monotonic)), True() + own_,
                     now_);
    }
  }
  // What is followed where the own calendar is so far ahead of the true one.
  absl::Duration FollowedWhenAhead(absl::Duration ahead) const {
    return calendar_.At(True() + ahead, now_) - True();
  }
  absl::Time True() const { return absl::FromUnixSeconds(1'800'000'000) + now_; }
  static uint64_t Micros(absl::Time time) {
    return static_cast<uint64_t>(absl::ToUnixMicros(time));
  }

  ClusterCalendar calendar_{kTolerance};
  uint64_t boot_ = 1;   // of who tells
  absl::Duration own_;  // so far is the own calendar ahead when it does
  absl::Duration now_;
};

TEST_F(ClusterCalendarTest, FollowsTheOwnOneUntilAnotherHasToldItsOwn) {
  EXPECT_EQ(FollowedWhenAhead(absl::Hours(1)), absl::Hours(1));
}

TEST_F(ClusterCalendarTest, FollowsTheOwnOneAsLongAsItIsLikeThoseOfAMajority) {
  for (const absl::Duration ahead : {absl::Seconds(-1), absl::Seconds(3), absl::Hours(8)}) {
    own_ = ahead;
    Tells(2, absl::Seconds(1));
    Tells(3, absl::Hours(9));
    EXPECT_EQ(FollowedWhenAhead(ahead), ahead);
  }
}

TEST_F(ClusterCalendarTest, OneThatIsSetAnHourWrongIsNotFollowedFromThatMomentOn) {
  Tells(2, absl::ZeroDuration());
  Tells(3, absl::ZeroDuration());
  EXPECT_EQ(FollowedWhenAhead(absl::Hours(1)), kTolerance);
  EXPECT_EQ(FollowedWhenAhead(-absl::Hours(1)), -kTolerance);
}

TEST_F(ClusterCalendarTest, OneSetBackIsFollowedUntilTwoOthersHaveToldTheirs) {
  Tells(2, absl::ZeroDuration());
  EXPECT_FALSE(calendar_.bounded_below());
  EXPECT_EQ(FollowedWhenAhead(-absl::Hours(1)), -absl::Hours(1));
  Tells(3, absl::ZeroDuration());
  EXPECT_TRUE(calendar_.bounded_below());
}

TEST_F(ClusterCalendarTest, HoldsWhileNobodyCanBeHeard) {
  Tells(2, absl::ZeroDuration());
  Tells(3, absl::ZeroDuration());
  now_ += absl::Hours(24);
  EXPECT_EQ(FollowedWhenAhead(absl::Hours(1)), kTolerance);
}

TEST_F(ClusterCalendarTest, OneWrongOfManyMovesNobody) {
  Tells(2, absl::ZeroDuration());
  Tells(3, absl::ZeroDuration());
  Tells(4, absl::ZeroDuration());
  Tells(5, -absl::Hours(1));
  EXPECT_EQ(FollowedWhenAhead(absl::ZeroDuration()), absl::ZeroDuration());
  EXPECT_EQ(FollowedWhenAhead(-absl::Hours(1)), -kTolerance);
}

TEST_F(ClusterCalendarTest, OfTwoTheOneThatIsBehindIsFollowed) {
  Tells(2, -absl::Hours(1));
  EXPECT_EQ(FollowedWhenAhead(absl::ZeroDuration()), -absl::Hours(1) + kTolerance);
  ClusterCalendar other(kTolerance);
  other.Note({NodeId(1), Boot(1)}, Micros(True() + absl::Hours(1)), 1, True(), now_);
  EXPECT_EQ(other.At(True(), now_), True());
}

TEST_F(ClusterCalendarTest, FramesThatWereLongUnderWayHoldNobodyBack) {
  Tells(2, absl::ZeroDuration());
  Tells(3, absl::ZeroDuration());
  Tells(2, absl::ZeroDuration(), 20, absl::Minutes(1));
  Tells(3, absl::ZeroDuration(), 20, absl::Minutes(1));
  EXPECT_EQ(FollowedWhenAhead(absl::ZeroDuration()), absl::ZeroDuration());
  EXPECT_EQ(FollowedWhenAhead(absl::Hours(1)), kTolerance);
}

TEST_F(ClusterCalendarTest, WhatWasWrongAndIsSetRightCountsAtOnce) {
  Tells(2, absl::ZeroDuration());
  own_ = absl::Hours(1);
  Tells(3, absl::Hours(1), 2);
  EXPECT_EQ(FollowedWhenAhead(absl::Hours(1)), absl::Hours(1)) << "two of three say so";
  Tells(3, absl::ZeroDuration());
  EXPECT_EQ(FollowedWhenAhead(absl::Hours(1)), kTolerance);
}

TEST_F(ClusterCalendarTest, AMajorityThatIsSetAnewIsFollowed) {
  Tells(2, absl::ZeroDuration());
  Tells(3, absl::ZeroDuration());
  for (const absl::Duration ahead : {absl::Hours(1), -absl::Hours(1), absl::ZeroDuration()}) {
    Tells(2, ahead);
    Tells(3, ahead);
    EXPECT_EQ(FollowedWhenAhead(ahead), ahead);
    EXPECT_EQ(FollowedWhenAhead(ahead + absl::Hours(2)), ahead + kTolerance);
    EXPECT_EQ(FollowedWhenAhead(ahead - absl::Hours(2)), ahead - kTolerance);
  }
}

// n2 was, and can't be heard; then n3 starts with a wrong one. At no time were two wrong.
TEST_F(ClusterCalendarTest, TwoThatWereSetWrongOneAfterTheOtherAreNoMajority) {
  for (const absl::Duration wrong : {absl::Hours(1), -absl::Hours(1)}) {
    boot_ = 1;
    Tells(3, absl::ZeroDuration());
    Tells(2, absl::ZeroDuration());
    Tells(2, wrong);
    Tells(3, absl::ZeroDuration(), 4);
    boot_ = 2;
    Tells(3, wrong, 4);
    EXPECT_EQ(FollowedWhenAhead(absl::ZeroDuration()), absl::ZeroDuration());
    EXPECT_EQ(FollowedWhenAhead(absl::Hours(2)), kTolerance);
    EXPECT_EQ(FollowedWhenAhead(-absl::Hours(2)), -kTolerance);
  }
}

// As where a connection was cut, and brings what it had taken before.
TEST_F(ClusterCalendarTest, WhatWasUnderWayForLongTellsWhatWasSoThen) {
  for (const absl::Duration wrong : {absl::Hours(1), -absl::Hours(1)}) {
    boot_ = 1;
    Tells(2, absl::ZeroDuration());
    Tells(3, absl::ZeroDuration());
    now_ += absl::Seconds(6);
    Tells(2, wrong, 1, absl::Seconds(6));
    boot_ = 2;
    Tells(3, wrong);
    EXPECT_EQ(FollowedWhenAhead(absl::ZeroDuration()), absl::ZeroDuration());
    boot_ = 1;
    Tells(2, wrong);
    EXPECT_EQ(FollowedWhenAhead(absl::ZeroDuration()),
              wrong - kTolerance * (wrong / absl::Hours(1)))
        << "now it is said by two at one time";
  }
}

TEST_F(ClusterCalendarTest, NoFrameOfABacklogMakesAMajorityOfAWrongOne) {
  Tells(3, absl::ZeroDuration(), 10);
  Tells(2, absl::ZeroDuration());
  now_ += absl::Seconds(7);
  Tells(2, absl::Hours(1));  // it was set wrong as n3 was set right
  const auto comes_late = [&](absl::Duration late, absl::Duration ahead) {
    now_ -= absl::Seconds(1);
    Tells(3, ahead, 1, late);
    EXPECT_EQ(FollowedWhenAhead(absl::ZeroDuration()), absl::ZeroDuration()) << late;
  };
  for (int late_s = 7; late_s > 1; --late_s) comes_late(absl::Seconds(late_s), absl::Hours(1));
  comes_late(absl::Seconds(1), absl::ZeroDuration());
}

TEST_F(ClusterCalendarTest, AMonotonicClockThatRunsTwiceAsFastMakesNobodyLate) {
  for (int i = 0; i < 20; ++i) {
    now_ += absl::Seconds(2);
    const absl::Duration passed = now_ / 2;
    const absl::Time right = absl::FromUnixSeconds(1'800'000'000) + passed;
    for (uint64_t node : {2, 3}) {
      calendar_.Note({NodeId(node), Boot(1)}, Micros(right),
                     static_cast<uint64_t>(absl::ToInt64Microseconds(passed)), right, now_);
    }
    EXPECT_LE(absl::AbsDuration(calendar_.At(right, now_) - right), kTolerance);
  }
}

TEST_F(ClusterCalendarTest, TheOwnOneAndOneThatIsNotHeardAreNoMajority) {
  Tells(3, absl::ZeroDuration());
  Tells(2, absl::ZeroDuration());
  Tells(2, absl::Hours(1));
  Tells(3, absl::ZeroDuration(), 4);
  own_ = absl::Hours(1);
  EXPECT_EQ(FollowedWhenAhead(own_), kTolerance) << "n2 may be right again by then";
  Tells(3, absl::ZeroDuration(), 5);
  EXPECT_EQ(FollowedWhenAhead(absl::Hours(1)), kTolerance);
}

TEST_F(ClusterCalendarTest, TwoOfThreeAreAMajorityThoughTheThirdIsGoneForGood) {
  Tells(3, absl::ZeroDuration());
  Tells(2, absl::ZeroDuration(), 5);
  for (const absl::Duration ahead : {absl::Minutes(10), -absl::Minutes(10)}) {
    own_ = ahead;
    Tells(2, ahead);
    EXPECT_EQ(FollowedWhenAhead(ahead), ahead);
    EXPECT_EQ(FollowedWhenAhead(ahead + absl::Hours(1)), ahead + kTolerance);
  }
}

TEST_F(ClusterCalendarTest, OneSetBackIsFollowedAlsoWhereTheOneThatWasHeardIsGone) {
  own_ = -absl::Hours(1);
  Tells(2, absl::ZeroDuration());
  now_ += absl::Seconds(5);
  Tells(3, absl::ZeroDuration());
  EXPECT_FALSE(calendar_.bounded_below()) << "one says this, one that";
  EXPECT_EQ(FollowedWhenAhead(own_), own_);
  own_ = absl::ZeroDuration();
  Tells(3, absl::ZeroDuration());
  EXPECT_TRUE(calendar_.bounded_below());
}

TEST_F(ClusterCalendarTest, AMachineStartedAnewIsKnownByItsBoot) {
  Tells(2, absl::ZeroDuration());
  now_ += absl::Seconds(1);
  calendar_.Note({NodeId(2), Boot(2)}, Micros(True()), 5'000'000, True(), now_);
  EXPECT_EQ(FollowedWhenAhead(absl::ZeroDuration()), absl::ZeroDuration());
  EXPECT_EQ(FollowedWhenAhead(absl::Hours(1)), kTolerance);
}

TEST_F(ClusterCalendarTest, WhoTellsNoMonotonicClockIsHeardToo) {
  calendar_.Note({NodeId(2), Boot(1)}, Micros(True()), 0, True(), now_);
  EXPECT_EQ(FollowedWhenAhead(absl::Hours(1)), kTolerance);
}

// Then this machine was slow, not the others' calendars.
TEST_F(ClusterCalendarTest, AMonotonicClockAtAnotherPaceBringsNoCalendarAhead) {
  const absl::Time began = absl::FromUnixSeconds(1'800'000'000);
  for (int i = 0; i < 100; ++i) {
    const absl::Duration passed = now_ / 5;
    for (uint64_t node : {2, 3}) {
      calendar_.Note({NodeId(node), Boot(1)}, Micros(began + passed),
                     static_cast<uint64_t>(absl::ToInt64Microseconds(passed)) + 1, began + passed,
                     now_);
    }
    now_ += absl::Seconds(5);
  }
  const absl::Time right = began + now_ / 5;
  EXPECT_LE(calendar_.At(right, now_), right + absl::Seconds(5));
}

}  // namespace
}  // namespace quorate
