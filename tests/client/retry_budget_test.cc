#include "client/retry_budget.h"

#include "gtest/gtest.h"

namespace quorate::client {
namespace {

constexpr absl::Duration kNow = absl::Seconds(1000);
constexpr absl::Duration kLeft = absl::Seconds(5);
constexpr auto kAtOnce = absl::ZeroDuration();

TEST(RetryBudgetTest, RefusesRetriesWhenEmptyForGood) {
  RetryBudget budget({.capacity = 2, .per_call = 0.5, .per_second = 0});
  EXPECT_EQ(budget.Take(kNow, kLeft), kAtOnce);
  EXPECT_EQ(budget.Take(kNow, kLeft), kAtOnce);
  EXPECT_EQ(budget.Take(kNow + absl::Hours(1), absl::Hours(1)), std::nullopt);
}

TEST(RetryBudgetTest, EarnsAShareOfARetryByEachCall) {
  RetryBudget budget({.capacity = 1, .per_call = 0.5, .per_second = 0});
  ASSERT_EQ(budget.Take(kNow, kLeft), kAtOnce);
  budget.OnCall();
  EXPECT_EQ(budget.Take(kNow, kLeft), std::nullopt);
  budget.OnCall();
  EXPECT_EQ(budget.Take(kNow, kLeft), kAtOnce);
}

TEST(RetryBudgetTest, SavesNoMoreThanItsCapacity) {
  RetryBudget budget({.capacity = 1, .per_call = 1, .per_second = 0});
  for (int i = 0; i < 10; ++i) budget.OnCall();
  EXPECT_EQ(budget.Take(kNow, kLeft), kAtOnce);
  EXPECT_EQ(budget.Take(kNow, kLeft), std::nullopt);
}

TEST(RetryBudgetTest, WhoFindsItEmptyWaitsForItsTurn) {
  RetryBudget budget({.capacity = 1, .per_call = 0, .per_second = 10});
  EXPECT_EQ(budget.Take(kNow, kLeft), kAtOnce);
  for (int turn = 1; turn <= 3; ++turn) {
    EXPECT_EQ(budget.Take(kNow, kLeft), turn * absl::Milliseconds(100)) << turn;
  }
  EXPECT_EQ(budget.Take(kNow + absl::Milliseconds(200), kLeft), absl::Milliseconds(200));
}

TEST(RetryBudgetTest, WhoseTurnWouldComeTooLateTakesNothing) {
  RetryBudget budget({.capacity = 1, .per_call = 0, .per_second = 10});
  EXPECT_EQ(budget.Take(kNow, kLeft), kAtOnce);
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(budget.Take(kNow, absl::Milliseconds(100)), std::nullopt);
  }
  EXPECT_EQ(budget.Take(kNow, kLeft), absl::Milliseconds(100));
}

TEST(RetryBudgetTest, LetsNoMoreThroughThanItEarnsHoweverManyAsk) {
  RetryBudget budget({.capacity = 20, .per_call = 0, .per_second = 100});
  int through = 0;
  for (int ms = 0; ms < 1000; ++ms) {
    for (int caller = 0; caller < 10; ++caller) {
      const absl::Duration now = kNow + absl::Milliseconds(ms);
      const absl::Duration left = kNow + absl::Seconds(1) - now;
      through += budget.Take(now, left).has_value() ? 1 : 0;
    }
  }
  EXPECT_GT(through, 110);
  EXPECT_LE(through, 120);
}

}  // namespace
}  // namespace quorate::client
