#include "node/clock_skews.h"

#include <gtest/gtest.h>

namespace quorate {
namespace {

TEST(ClockSkewsTest, TakesTheFrameThatWasQuickest) {
  ClockSkews skews;
  // n2 is 3 ms ahead, and its frames take 1 to 40 ms.
  uint64_t now_us = 1'000'000;
  for (const uint64_t way_us : {40'000, 1'000, 25'000}) {
    now_us += 1'000'000;
    skews.Note(NodeId(2), now_us - way_us + 3'000, now_us);
  }
  ASSERT_EQ(skews.All().size(), 1u);
  EXPECT_EQ(skews.All()[0].node, NodeId(2));
  EXPECT_EQ(skews.All()[0].ahead, absl::Milliseconds(2));
}

TEST(ClockSkewsTest, ForgetsWhatTheClockSaidBeforeItWasSet) {
  ClockSkews skews;
  for (int i = 0; i < 5; ++i) skews.Note(NodeId(2), 9'000'000, 1'000'000);
  for (int i = 0; i < 8; ++i) skews.Note(NodeId(2), 1'000'000, 1'000'500);
  EXPECT_EQ(skews.All()[0].ahead, absl::Microseconds(-500));
}

TEST(ClockSkewsTest, SaysNothingOfNodesThatHaveToldNothing) {
  EXPECT_TRUE(ClockSkews().All().empty());
}

}  // namespace
}  // namespace quorate
