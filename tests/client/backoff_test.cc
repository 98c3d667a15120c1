#include "client/backoff.h"

#include "gtest/gtest.h"

namespace quorate::client {
namespace {

constexpr uint64_t kSmallest = 0;
constexpr uint64_t kLargest = ~uint64_t{0};
const BackoffOptions kOptions{.initial = absl::Milliseconds(10), .max = absl::Milliseconds(100)};

TEST(BackoffTest, DoublesUpToTheMaximum) {
  EXPECT_EQ(ComputeBackoff(kOptions, 0, kSmallest), absl::Milliseconds(10));
  EXPECT_EQ(ComputeBackoff(kOptions, 1, kSmallest), absl::Milliseconds(20));
  EXPECT_EQ(ComputeBackoff(kOptions, 3, kSmallest), absl::Milliseconds(80));
  EXPECT_EQ(ComputeBackoff(kOptions, 4, kSmallest), absl::Milliseconds(100));
  EXPECT_EQ(ComputeBackoff(kOptions, 4'000'000'000, kSmallest), absl::Milliseconds(100));
}

TEST(BackoffTest, TakesAtMostHalfOffAtRandom) {
  EXPECT_GE(ComputeBackoff(kOptions, 0, kLargest), absl::Milliseconds(5));
  EXPECT_LT(ComputeBackoff(kOptions, 0, kLargest), absl::Milliseconds(6));
  EXPECT_NE(ComputeBackoff(kOptions, 2, 1ull << 60), ComputeBackoff(kOptions, 2, 1ull << 61));
}

}  // namespace
}  // namespace quorate::client
