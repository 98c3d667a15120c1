#include "base/histogram.h"

#include <gtest/gtest.h>

#include "base/random.h"

namespace quorate {
namespace {

double Microseconds(absl::Duration d) { return absl::ToDoubleMicroseconds(d); }

TEST(HistogramTest, TellsQuantilesWithinOnePerCent) {
  Histogram histogram;
  for (int us = 1; us <= 10'000; ++us) histogram.Record(absl::Microseconds(us));
  for (double q : {0.01, 0.5, 0.9, 0.99, 0.999}) {
    EXPECT_NEAR(Microseconds(histogram.Quantile(q)), q * 10'000, q * 100) << q;
  }
  EXPECT_EQ(histogram.Quantile(1), absl::Milliseconds(10));
  EXPECT_NEAR(Microseconds(histogram.mean()), 5000.5, 0.1);
}

TEST(HistogramTest, MergingIsRecordingIntoOne) {
  Histogram one, two, all;
  Random random(7);
  for (int i = 0; i < 1000; ++i) {
    const absl::Duration span = absl::Nanoseconds(random.Below(1 << 30));
    (i % 2 == 0 ? one : two).Record(span);
    all.Record(span);
  }
  one.Merge(two);
  EXPECT_EQ(one.count(), all.count());
  EXPECT_EQ(one.Quantile(0.5), all.Quantile(0.5));
  EXPECT_EQ(one.max(), all.max());
}

TEST(HistogramTest, TakesSpansBeyondItsRange) {
  Histogram histogram;
  EXPECT_EQ(histogram.Quantile(0.5), absl::ZeroDuration());
  histogram.Record(-absl::Seconds(1));
  histogram.Record(absl::Hours(100));
  EXPECT_EQ(histogram.count(), 2u);
  EXPECT_EQ(histogram.Quantile(0.1), absl::ZeroDuration());
  EXPECT_GT(histogram.Quantile(1), absl::Minutes(18));
}

}  // namespace
}  // namespace quorate
