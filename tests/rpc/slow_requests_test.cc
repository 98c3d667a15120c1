#include "rpc/slow_requests.h"

#include <gmock/gmock.h>
#include <spdlog/sinks/ostream_sink.h>

#include <sstream>

namespace quorate::rpc {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class SlowRequestsTest : public ::testing::Test {
 protected:
  void Note(int times, absl::Duration now) {
    const EndedCall call{.operation = "put",
                         .level = Level::kQuorum,
                         .partition = PartitionId(7),
                         .code = absl::StatusCode::kOk,
                         .took = absl::Milliseconds(300),
                         .timings = {.queued = absl::Milliseconds(1),
                                     .agreed = absl::Milliseconds(290),
                                     .logged = absl::Milliseconds(250),
                                     .forwarded = {}}};
    for (int i = 0; i < times; ++i) slow_.Note(call, now);
  }
  size_t Lines() const {
    const std::string text = out_.str();
    return static_cast<size_t>(std::count(text.begin(), text.end(), '\n'));
  }

  std::ostringstream out_;
  SlowRequests slow_{std::make_shared<spdlog::logger>(
                         "slow", std::make_shared<spdlog::sinks::ostream_sink_mt>(out_)),
                     absl::Milliseconds(200)};
};

TEST_F(SlowRequestsTest, TellsWhereTheTimeWentAndLeavesOutWhatTookNone) {
  Note(1, absl::Seconds(1));
  EXPECT_THAT(out_.str(), HasSubstr("slow request: put at QUORUM in p7: OK after 300ms, queued "
                                    "1ms, agreed 290ms, own log 250ms"));
  EXPECT_THAT(out_.str(), Not(HasSubstr("forwarded")));
}

TEST_F(SlowRequestsTest, TellsAFewASecondAndHowManyItDidNot) {
  Note(100, absl::Seconds(1));
  EXPECT_EQ(Lines(), 5u);
  Note(1, absl::Milliseconds(1999));
  EXPECT_EQ(Lines(), 5u);
  Note(1, absl::Seconds(2));
  EXPECT_EQ(Lines(), 6u);
  EXPECT_THAT(out_.str(), HasSubstr("; 96 more were not told"));
  MetricsPage page;
  slow_.WriteTo(page);
  EXPECT_THAT(page.Text(), HasSubstr("quorate_slow_requests_total 102\n"));
}

TEST_F(SlowRequestsTest, WhatTakesLessThanTheThresholdIsNotSlowAndZeroMeansNever) {
  EXPECT_FALSE(slow_.IsSlow(absl::Milliseconds(199)));
  EXPECT_TRUE(slow_.IsSlow(absl::Milliseconds(200)));
  const SlowRequests off(nullptr, absl::ZeroDuration());
  EXPECT_FALSE(off.IsSlow(absl::Hours(1)));
}

}  // namespace
}  // namespace quorate::rpc
