#include "check/unled.h"

#include <algorithm>
#include <vector>

#include "base/random.h"
#include "gtest/gtest.h"

namespace quorate::check {
namespace {

constexpr int64_t kMin = Unled::kSpanMinUs;

TEST(UnledTest, CountsSpansWithoutAnAnswerAsFarAsTheyAreAskedFor) {
  const Unled unled({0, kMin - 1, 5 * kMin, 6 * kMin});
  EXPECT_EQ(unled.Within(0, kMin - 1), 0);
  EXPECT_EQ(unled.Within(0, 5 * kMin), 4 * kMin + 1);
  EXPECT_EQ(unled.Within(2 * kMin, 3 * kMin), kMin);
  EXPECT_EQ(unled.Within(0, 6 * kMin), 5 * kMin + 1);
  EXPECT_EQ(unled.Within(6 * kMin, 9 * kMin), 3 * kMin) << "after the last answer";
  EXPECT_EQ(unled.Within(-kMin, 0), 0) << "before the first nothing was to be answered";
  EXPECT_EQ(Unled({}).Within(0, kMin), 0);
}

TEST(UnledTest, AgreesWithCountingMomentByMoment) {
  Random random(43);
  constexpr int64_t kStep = kMin / 4;
  for (int i = 0; i < 2'000; ++i) {
    std::vector<int64_t> answered;
    for (uint64_t n = random.Below(6); n > 0; --n) {
      answered.push_back(static_cast<int64_t>(random.Below(40)) * kStep);
    }
    const Unled unled(answered);
    const int64_t from = static_cast<int64_t>(random.Below(40)) * kStep;
    const int64_t to = from + static_cast<int64_t>(random.Below(20)) * kStep;
    int64_t expected = 0;
    for (int64_t at = from; at < to; at += kStep) {
      int64_t before = -1;
      int64_t after = INT64_MAX;
      for (const int64_t one : answered) {
        if (one <= at) before = std::max(before, one);
        if (one > at) after = std::min(after, one);
      }
      if (before >= 0 && after - before >= kMin) expected += kStep;
    }
    ASSERT_EQ(unled.Within(from, to), expected) << "draw " << i;
  }
}

}  // namespace
}  // namespace quorate::check
