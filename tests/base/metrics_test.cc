#include "base/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quorate {
namespace {

using ::testing::HasSubstr;

TEST(MetricsTest, PutsASpanIntoTheFirstBucketWhoseBoundItDoesNotExceed) {
  LatencyHistogram histogram;
  histogram.Record(absl::Microseconds(50));
  histogram.Record(absl::Microseconds(50) + absl::Nanoseconds(1));
  histogram.Record(absl::Microseconds(100));
  histogram.Record(absl::Hours(1));
  histogram.Record(-absl::Seconds(1));
  EXPECT_EQ(histogram.bucket(0), 2u);
  EXPECT_EQ(histogram.bucket(1), 2u);
  EXPECT_EQ(histogram.bucket(LatencyHistogram::kBuckets), 1u);
  EXPECT_EQ(histogram.count(), 5u);
}

TEST(MetricsTest, WritesTheTextFormat) {
  LatencyHistogram histogram;
  histogram.Record(absl::Microseconds(70));
  MetricsPage page;
  page.AddCounter("quorate_requests_total", "Requests.", 3, {{"operation", "put"}});
  page.AddCounter("quorate_requests_total", "Requests.", 4, {{"operation", "get"}});
  page.AddHistogram("quorate_request_seconds", "Latency.", histogram, {{"operation", "put"}});
  const std::string text = page.Text();
  EXPECT_THAT(text, HasSubstr("# TYPE quorate_requests_total counter\n"));
  EXPECT_THAT(text, HasSubstr("quorate_requests_total{operation=\"put\"} 3\n"));
  EXPECT_THAT(text, HasSubstr("quorate_requests_total{operation=\"get\"} 4\n"));
  EXPECT_THAT(text,
              HasSubstr("quorate_request_seconds_bucket{operation=\"put\",le=\"5e-05\"} 0\n"));
  EXPECT_THAT(text, HasSubstr("quorate_request_seconds_bucket{operation=\"put\",le=\"+Inf\"} 1\n"));
  EXPECT_THAT(text, HasSubstr("quorate_request_seconds_count{operation=\"put\"} 1\n"));
}

}  // namespace
}  // namespace quorate
