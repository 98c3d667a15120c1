#include "base/random.h"

#include <gtest/gtest.h>

#include <set>

namespace quorate {
namespace {

// The reference sequence of SplitMix64 for seed 1234567.
TEST(RandomTest, IsSplitMixOnEveryPlatform) {
  Random random(1234567);
  EXPECT_EQ(random.Next(), 6457827717110365317u);
  EXPECT_EQ(random.Next(), 3203168211198807973u);
  EXPECT_EQ(random.Next(), 9817491932198370423u);
}

TEST(RandomTest, StaysWithinItsBoundsAndReachesThem) {
  Random random(1);
  std::set<uint64_t> below, between;
  for (int i = 0; i < 1000; ++i) {
    below.insert(random.Below(5));
    between.insert(random.Between(10, 12));
    ASSERT_EQ(random.Below(1), 0u);
    ASSERT_EQ(random.Between(7, 7), 7u);
  }
  EXPECT_EQ(below, (std::set<uint64_t>{0, 1, 2, 3, 4}));
  EXPECT_EQ(between, (std::set<uint64_t>{10, 11, 12}));
}

TEST(RandomTest, ChancesAreMetAboutAsOften) {
  Random random(1);
  int hits = 0;
  for (int i = 0; i < 10'000; ++i) {
    hits += random.Chance(0.25);
    ASSERT_FALSE(random.Chance(0));
    ASSERT_TRUE(random.Chance(1));
  }
  EXPECT_GT(hits, 2300);
  EXPECT_LT(hits, 2700);
}

TEST(RandomTest, AForkGoesItsOwnWayAndIsRepeatable) {
  Random one(5), other(5);
  Random fork = one.Fork(), same = other.Fork();
  EXPECT_EQ(fork.Next(), same.Next());
  EXPECT_EQ(one.Next(), other.Next());
  EXPECT_NE(fork.Next(), one.Next());
}

}  // namespace
}  // namespace quorate
