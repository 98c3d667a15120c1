#include "rpc/log_level.h"

#include <gtest/gtest.h>
#include <spdlog/sinks/ostream_sink.h>

#include <memory>
#include <sstream>

#include "base/error.h"

namespace quorate::rpc {
namespace {

class LogLevelTest : public ::testing::Test {
 protected:
  std::ostringstream said_;
  spdlog::logger log_{"test", std::make_shared<spdlog::sinks::ostream_sink_mt>(said_)};
};

TEST_F(LogLevelTest, SaysDebugLinesAfterTheChangeAndNotBefore) {
  log_.debug("before");
  ASSERT_TRUE(ChangeLogLevel(log_, "debug").ok());
  log_.debug("after");
  EXPECT_EQ(said_.str().find("before"), std::string::npos);
  EXPECT_NE(said_.str().find("after"), std::string::npos);
}

TEST_F(LogLevelTest, GivesEachLevelBackByTheNameItWasSetBy) {
  for (const std::string& level : LogLevels()) {
    ASSERT_TRUE(ChangeLogLevel(log_, level).ok()) << level;
    EXPECT_EQ(LogLevelOf(log_), level);
  }
}

TEST_F(LogLevelTest, LeavesTheLevelAsItIsWhenNoneIsNamed) {
  ASSERT_TRUE(ChangeLogLevel(log_, "error").ok());
  ASSERT_TRUE(ChangeLogLevel(log_, "").ok());
  EXPECT_EQ(LogLevelOf(log_), "error");
}

TEST_F(LogLevelTest, RefusesAnUnknownLevelAndListsThoseThereAre) {
  ASSERT_TRUE(ChangeLogLevel(log_, "error").ok());
  const absl::Status refused = ChangeLogLevel(log_, "loud");
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(refused.message().find("\"loud\""), std::string::npos);
  EXPECT_NE(refused.message().find("trace, debug, info, warn, error, off"), std::string::npos);
  EXPECT_EQ(LogLevelOf(log_), "error");
}

}  // namespace
}  // namespace quorate::rpc
