#include "base/hlc.h"

#include <gtest/gtest.h>

namespace quorate {
namespace {

constexpr uint64_t kSecond = 1'000'000;

TEST(HybridClockTest, FollowsTheCalendar) {
  HybridClock clock;
  EXPECT_EQ(clock.Next(5 * kSecond), HlcFromMicros(5 * kSecond));
  EXPECT_EQ(MicrosOf(clock.Next(7 * kSecond)), 7 * kSecond);
}

TEST(HybridClockTest, NeverGivesTheSameTwiceNorGoesBackWithTheCalendar) {
  HybridClock clock;
  const HlcTime first = clock.Next(5 * kSecond);
  const HlcTime second = clock.Next(5 * kSecond);
  EXPECT_LT(first, second);
  EXPECT_LT(second, clock.Next(kSecond));
}

TEST(HybridClockTest, OrdersWhatItGivesOutBehindWhatItHasSeen) {
  HybridClock clock;
  const HlcTime seen = HlcFromMicros(6 * kSecond);
  EXPECT_TRUE(clock.Observe(seen, 5 * kSecond, 2 * kSecond));
  EXPECT_LT(seen, clock.Next(5 * kSecond));
}

TEST(HybridClockTest, RefusesWhatLiesTooFarAheadAndForgetsIt) {
  HybridClock clock;
  EXPECT_FALSE(clock.Observe(HlcFromMicros(8 * kSecond), 5 * kSecond, 2 * kSecond));
  EXPECT_EQ(MicrosOf(clock.Next(5 * kSecond)), 5 * kSecond);
}

TEST(HybridClockTest, StartsAboveWhatWasReservedBefore) {
  HybridClock clock(HlcFromMicros(9 * kSecond));
  EXPECT_LT(HlcFromMicros(9 * kSecond), clock.Next(5 * kSecond));
}

}  // namespace
}  // namespace quorate
