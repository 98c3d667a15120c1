#include "base/ladder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace quorate {
namespace {

using ::testing::HasSubstr;

std::string WhatIsWrong(std::string_view text) {
  const auto ladder = ParseLadder(text);
  const absl::Status status = ladder.ok() ? CheckLadder(*ladder) : ladder.status();
  if (!status.ok()) {
    EXPECT_THAT(ReasonOf(status), ::testing::AnyOf("BAD_LADDER", "BAD_BOUND"));
  }
  return std::string(status.message());
}

TEST(LadderTest, IsWrittenFromStrongToWeak) {
  const auto ladder = ParseLadder("LINEARIZABLE:20ms,bounded(2s):50ms,ONE");
  ASSERT_TRUE(ladder.ok()) << ladder.status();
  EXPECT_EQ(*ladder, (Ladder{{Level::kLinearizable, absl::ZeroDuration(), absl::Milliseconds(20)},
                             {Level::kBounded, absl::Seconds(2), absl::Milliseconds(50)},
                             {Level::kOne, absl::ZeroDuration(), absl::InfiniteDuration()}}));
  EXPECT_EQ(CheckLadder(*ladder), absl::OkStatus());
  EXPECT_EQ(FormatLadder(*ladder), "LINEARIZABLE:20ms,BOUNDED(2s):50ms,ONE");
}

TEST(LadderTest, ASingleLevelIsALadderToo) {
  EXPECT_EQ(WhatIsWrong("LINEARIZABLE"), "");
  EXPECT_EQ(WhatIsWrong("BOUNDED(150ms)"), "");
}

TEST(LadderTest, OneThatRisesIsRefused) {
  EXPECT_THAT(WhatIsWrong("ONE:5ms,LINEARIZABLE"), HasSubstr("from strong to weak"));
  EXPECT_THAT(WhatIsWrong("ONE:5ms,ONE"), HasSubstr("no weaker"));
  EXPECT_THAT(WhatIsWrong("LINEARIZABLE:5ms,QUORUM"), HasSubstr("no weaker"));
  EXPECT_THAT(WhatIsWrong("BOUNDED(2s):5ms,BOUNDED(1s)"), HasSubstr("no weaker"));
  EXPECT_EQ(WhatIsWrong("BOUNDED(1s):5ms,BOUNDED(2s)"), "");
  EXPECT_EQ(WhatIsWrong("SESSION:5ms,BOUNDED(2s)"), "");
  EXPECT_EQ(WhatIsWrong("LINEARIZABLE:5ms,LEASE:5ms,BOUNDED(2s)"), "");
  EXPECT_THAT(WhatIsWrong("LEASE:5ms,LINEARIZABLE"), HasSubstr("no weaker"));
}

TEST(LadderTest, AbsurdBudgetsAndBoundsAreRefused) {
  EXPECT_THAT(WhatIsWrong("LINEARIZABLE,ONE"), HasSubstr("never tried"));
  EXPECT_THAT(WhatIsWrong("LINEARIZABLE:0,ONE"), HasSubstr("time budget"));
  EXPECT_THAT(WhatIsWrong("LINEARIZABLE:-5ms,ONE"), HasSubstr("-5ms"));
  EXPECT_THAT(WhatIsWrong("LINEARIZABLE:900h,ONE"), HasSubstr("24h"));
  EXPECT_THAT(WhatIsWrong("BOUNDED"), HasSubstr("BOUNDED(2s)"));
  EXPECT_THAT(WhatIsWrong("BOUNDED(0)"), HasSubstr("BOUNDED(2s)"));
  EXPECT_THAT(WhatIsWrong("BOUNDED(999h)"), HasSubstr("24h"));
  EXPECT_THAT(WhatIsWrong("ONE(2s)"), HasSubstr("no bound"));
}

TEST(LadderTest, ABadBoundAndABadLadderHaveReasonsOfTheirOwn) {
  const auto reason = [](std::string_view text) {
    const auto ladder = ParseLadder(text);
    return ReasonOf(ladder.ok() ? CheckLadder(*ladder) : ladder.status());
  };
  for (const char* bound : {"BOUNDED", "BOUNDED(0)", "BOUNDED(-1s)", "BOUNDED(999h)", "BOUNDED(2s",
                            "BOUNDED(soon)", "ONE(2s)"}) {
    EXPECT_EQ(reason(bound), "BAD_BOUND") << bound;
  }
  for (const char* ladder : {"ONE:5ms,LINEARIZABLE", "LINEARIZABLE,ONE", "LINEARIZABLE:-5ms,ONE"}) {
    EXPECT_EQ(reason(ladder), "BAD_LADDER") << ladder;
  }
}

TEST(LadderTest, WhatCannotBeReadIsNamed) {
  EXPECT_THAT(WhatIsWrong("LINEARISABLE"), HasSubstr("LINEARISABLE"));
  EXPECT_THAT(WhatIsWrong("BOUNDED(2s"), HasSubstr("missing"));
  EXPECT_THAT(WhatIsWrong("BOUNDED(soon)"), HasSubstr("soon"));
  EXPECT_THAT(WhatIsWrong(""), HasSubstr("no level"));
}

TEST(LadderTest, HasAtMostEightRungs) {
  Ladder ladder;
  for (int i = 1; i <= 9; ++i) {
    ladder.push_back({Level::kBounded, absl::Seconds(i), absl::Milliseconds(1)});
  }
  EXPECT_THAT(std::string(CheckLadder(ladder).message()), HasSubstr("at most 8"));
}

}  // namespace
}  // namespace quorate
