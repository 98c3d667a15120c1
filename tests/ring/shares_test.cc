#include "ring/shares.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

#include "base/random.h"

namespace quorate::ring {
namespace {

using ::testing::ElementsAre;

TEST(SharesTest, FollowTheWeights) {
  EXPECT_THAT(
      ComputeShares(
          60, {{.weight = 1, .high = 60}, {.weight = 2, .high = 60}, {.weight = 3, .high = 60}}),
      ElementsAre(10, 20, 30));
}

TEST(SharesTest, WhatABoundKeepsFromOneGoesToTheOthers) {
  EXPECT_THAT(
      ComputeShares(
          60, {{.weight = 100, .high = 20}, {.weight = 1, .high = 60}, {.weight = 1, .high = 60}}),
      ElementsAre(20, 20, 20));
  EXPECT_THAT(ComputeShares(60, {{.weight = 1, .low = 30, .high = 60},
                                 {.weight = 5, .high = 60},
                                 {.weight = 5, .high = 60}}),
              ElementsAre(30, 15, 15));
}

TEST(SharesTest, BothBoundsAtOnce) {
  // Unbounded it would be 90, 5, 5.
  EXPECT_THAT(ComputeShares(100, {{.weight = 18, .high = 60},
                                  {.weight = 1, .low = 30, .high = 99},
                                  {.weight = 1, .high = 99}}),
              ElementsAre(60, 30, 10));
}

TEST(SharesTest, TheOddOnesStayWithThoseWhoHaveThem) {
  EXPECT_THAT(
      ComputeShares(7, {{.high = 9, .have = 2}, {.high = 9, .have = 2}, {.high = 9, .have = 3}}),
      ElementsAre(2, 2, 3));
}

TEST(SharesTest, ElseTheOddOnesGoWhereLeastIs) {
  EXPECT_THAT(ComputeShares(4, {{.high = 9, .elsewhere = 5},
                                {.high = 9, .elsewhere = 4},
                                {.high = 9, .elsewhere = 5}}),
              ElementsAre(1, 2, 1));
}

TEST(SharesTest, NothingAmongNoneAndNothingAmongSome) {
  EXPECT_THAT(ComputeShares(0, {}), ElementsAre());
  EXPECT_THAT(ComputeShares(0, {{.high = 3}, {.high = 0}}), ElementsAre(0, 0));
}

TEST(SharesTest, AlwaysAddUpWithinTheirBounds) {
  Random random(1);
  for (int round = 0; round < 20'000; ++round) {
    std::vector<Claim> claims(random.Between(1, 8));
    uint64_t low = 0, high = 0;
    for (Claim& claim : claims) {
      claim.weight = random.Chance(0.5) ? 100 : random.Between(1, 10'000);
      claim.low = random.Chance(0.3) ? random.Below(20) : 0;
      claim.high = claim.low + random.Below(50);
      claim.have = random.Below(30);
      low += claim.low;
      high += claim.high;
    }
    const uint64_t total = random.Between(low, high);
    const std::vector<uint64_t> shares = ComputeShares(total, claims);
    ASSERT_EQ(std::accumulate(shares.begin(), shares.end(), uint64_t{0}), total) << round;
    for (size_t i = 0; i < claims.size(); ++i) {
      ASSERT_GE(shares[i], claims[i].low) << round;
      ASSERT_LE(shares[i], claims[i].high) << round;
      // Of two that no bound holds, neither is more than one off the other's rate.
      for (size_t k = 0; k < claims.size(); ++k) {
        if (shares[i] == claims[i].low || shares[k] == claims[k].high) continue;
        ASSERT_LE(static_cast<double>(shares[i] - 1) / static_cast<double>(claims[i].weight),
                  static_cast<double>(shares[k] + 1) / static_cast<double>(claims[k].weight))
            << round;
      }
    }
  }
}

}  // namespace
}  // namespace quorate::ring
