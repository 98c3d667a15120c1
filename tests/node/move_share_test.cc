#include "node/move_share.h"

#include <gtest/gtest.h>

namespace quorate {
namespace {

constexpr absl::Duration kUsual = absl::Microseconds(300);

class MoveShareTest : public ::testing::Test {
 protected:
  // Moments with so many requests that wait so long; the share at their end.
  double Moments(int count, bool moving, uint32_t requests, absl::Duration wait) {
    double share = 0;
    for (int moment = 0; moment < count; ++moment) {
      for (uint32_t request = 0; request < requests; ++request) share_.RequestWaited(wait);
      share = share_.EndMoment(moving);
    }
    return share;
  }
  MoveShare share_;
};

TEST_F(MoveShareTest, WithNothingElseToDoAllIsUsedSoon) {
  Moments(1, false, 0, kUsual);
  EXPECT_EQ(Moments(4, true, 0, kUsual), 1);
}

TEST_F(MoveShareTest, WhileRequestsWaitNoLongerThanUsualItGrowsStepByStep) {
  const double first = Moments(100, false, 50, kUsual);
  EXPECT_LT(first, 0.5);
  EXPECT_GT(Moments(1, true, 50, kUsual), first);
  EXPECT_LT(Moments(2, true, 50, kUsual), 1);
  EXPECT_EQ(Moments(60, true, 50, 1.2 * kUsual), 1);
}

TEST_F(MoveShareTest, WhereRequestsWaitLongerItShrinksButNeverToNothing) {
  Moments(100, false, 50, kUsual);
  const double before = Moments(60, true, 50, kUsual);
  EXPECT_EQ(Moments(1, true, 50, 10 * kUsual), before / 2);
  EXPECT_EQ(Moments(60, true, 50, 10 * kUsual), MoveShare::kLeast);
}

TEST_F(MoveShareTest, WhereWritesWaitLongerForTheDiskItShrinksAsWell) {
  const auto moments = [&](int count, bool moving, absl::Duration write) {
    for (int moment = 1; moment < count; ++moment) {
      for (int i = 0; i < 20; ++i) share_.WriteWaited(write);
      Moments(1, moving, 50, kUsual);
    }
    for (int i = 0; i < 20; ++i) share_.WriteWaited(write);
    return Moments(1, moving, 50, kUsual);
  };
  constexpr absl::Duration kWrite = absl::Milliseconds(1);
  moments(100, false, kWrite);
  EXPECT_EQ(moments(60, true, 1.2 * kWrite), 1);
  EXPECT_EQ(moments(1, true, 3 * kWrite), 0.5);
  EXPECT_EQ(moments(60, true, 3 * kWrite), MoveShare::kLeast);
  EXPECT_GT(moments(2, true, kWrite), MoveShare::kLeast);
}

TEST_F(MoveShareTest, WhereTicksComeLateItShrinksUnlessNobodyAsksForAnything) {
  const auto moments = [&](int count, bool moving, uint32_t requests, absl::Duration late) {
    double share = 0;
    for (int moment = 0; moment < count; ++moment) {
      for (int i = 0; i < 5; ++i) share_.TickWaited(late);
      share = Moments(1, moving, requests, kUsual);
    }
    return share;
  };
  moments(100, false, 50, kUsual);
  EXPECT_EQ(moments(60, true, 50, 1.2 * kUsual), 1);
  EXPECT_EQ(moments(1, true, 50, 10 * kUsual), 0.5);
  EXPECT_EQ(moments(60, true, 50, 10 * kUsual), MoveShare::kLeast);
  EXPECT_EQ(moments(10, true, 0, 10 * kUsual), 1);
}

TEST_F(MoveShareTest, AFewRequestsTellNothing) {
  Moments(100, false, 50, kUsual);
  EXPECT_EQ(Moments(60, true, 2, absl::Seconds(1)), 1);
}

TEST_F(MoveShareTest, EachMoveBeginsCarefully) {
  const double first = Moments(100, false, 50, kUsual);
  Moments(60, true, 50, kUsual);
  EXPECT_EQ(Moments(1, false, 50, kUsual), first);
}

}  // namespace
}  // namespace quorate
