#include "rpc/call_metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace quorate::rpc {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(CallMetricsTest, ShowsOnlyWhatHappened) {
  CallMetrics metrics;
  metrics.Record(Operation::kPut, Level::kQuorum, absl::StatusCode::kOk, absl::Microseconds(80));
  metrics.Record(Operation::kPut, Level::kQuorum, absl::StatusCode::kUnavailable,
                 absl::Milliseconds(3));
  MetricsPage page;
  metrics.WriteTo(page);
  const std::string text = page.Text();
  EXPECT_THAT(text, HasSubstr("quorate_requests_total{operation=\"put\",level=\"QUORUM\","
                              "code=\"UNAVAILABLE\"} 1\n"));
  EXPECT_THAT(text,
              HasSubstr("quorate_request_seconds_count{operation=\"put\",level=\"QUORUM\"} 2"));
  EXPECT_THAT(text, Not(HasSubstr("operation=\"get\"")));
}

TEST(CallMetricsTest, TakesACodeThatNobodyKnows) {
  CallMetrics metrics;
  metrics.Record(Operation::kGet, Level::kDefault, static_cast<absl::StatusCode>(99),
                 absl::ZeroDuration());
  MetricsPage page;
  metrics.WriteTo(page);
  EXPECT_THAT(page.Text(), HasSubstr("code=\"UNAUTHENTICATED\"} 1\n"));
}

}  // namespace
}  // namespace quorate::rpc
