#include "client/breaker.h"

#include "gtest/gtest.h"

namespace quorate::client {
namespace {

constexpr absl::Duration kOpenFor = absl::Seconds(1);

struct BreakerTest : testing::Test {
  Breaker breaker{{.failures = 2, .open_for = kOpenFor, .open_for_max = 3 * kOpenFor}};
  absl::Duration now = absl::Seconds(100);

  void Open() {
    breaker.OnFailure(now);
    breaker.OnFailure(now);
  }
};

TEST_F(BreakerTest, OpensAfterFailuresInARow) {
  breaker.OnFailure(now);
  EXPECT_TRUE(breaker.Allow(now));
  breaker.OnFailure(now);
  EXPECT_FALSE(breaker.Allow(now));
}

TEST_F(BreakerTest, ForgetsFailuresOnceTheNodeAnswers) {
  breaker.OnFailure(now);
  breaker.OnAnswer();
  breaker.OnFailure(now);
  EXPECT_TRUE(breaker.Allow(now));
}

TEST_F(BreakerTest, OpensAtOnceWhereANodeSaysThatItIsGoingDown) {
  breaker.OnLeaving(now);
  EXPECT_FALSE(breaker.Allow(now));
  now += kOpenFor;
  EXPECT_TRUE(breaker.Allow(now));
  breaker.OnLeaving(now);
  EXPECT_FALSE(breaker.Allow(now + kOpenFor));
}

TEST_F(BreakerTest, LetsOneCallTryAfterAWhile) {
  Open();
  now += kOpenFor;
  EXPECT_TRUE(breaker.WouldAllow(now));
  EXPECT_TRUE(breaker.Allow(now));
  EXPECT_FALSE(breaker.Allow(now));
}

TEST_F(BreakerTest, ClosesWhenThatCallIsAnswered) {
  Open();
  now += kOpenFor;
  ASSERT_TRUE(breaker.Allow(now));
  breaker.OnAnswer();
  EXPECT_TRUE(breaker.Allow(now));
  EXPECT_TRUE(breaker.Allow(now));
}

TEST_F(BreakerTest, StaysOpenLongerEachTimeThatCallFails) {
  Open();
  for (const absl::Duration wait : {2 * kOpenFor, 3 * kOpenFor, 3 * kOpenFor}) {
    now += 10 * kOpenFor;
    ASSERT_TRUE(breaker.Allow(now));
    breaker.OnFailure(now);
    EXPECT_FALSE(breaker.Allow(now + wait - absl::Milliseconds(1)));
    EXPECT_TRUE(breaker.WouldAllow(now + wait));
  }
}

}  // namespace
}  // namespace quorate::client
