#include "client/retry_budget.h"

#include "gtest/gtest.h"

namespace quorate::client {
namespace {

TEST(RetryBudgetTest, RefusesRetriesWhenEmpty) {
  RetryBudget budget({.capacity = 2, .per_call = 0.5});
  EXPECT_TRUE(budget.TryTake());
  EXPECT_TRUE(budget.TryTake());
  EXPECT_FALSE(budget.TryTake());
}

TEST(RetryBudgetTest, EarnsAShareOfARetryByEachCall) {
  RetryBudget budget({.capacity = 1, .per_call = 0.5});
  ASSERT_TRUE(budget.TryTake());
  budget.OnCall();
  EXPECT_FALSE(budget.TryTake());
  budget.OnCall();
  EXPECT_TRUE(budget.TryTake());
}

TEST(RetryBudgetTest, SavesNoMoreThanItsCapacity) {
  RetryBudget budget({.capacity = 1, .per_call = 1});
  for (int i = 0; i < 10; ++i) budget.OnCall();
  EXPECT_TRUE(budget.TryTake());
  EXPECT_FALSE(budget.TryTake());
}

}  // namespace
}  // namespace quorate::client
