// Histories as long, and as hard, as the harness makes them.
#include <chrono>
#include <string>
#include <vector>

#include "base/random.h"
#include "check/judge.h"
#include "check/operations.h"
#include "check/random_history.h"
#include "gtest/gtest.h"

namespace quorate::check {
namespace {

const JobInfo kRaft = {"j", "register", "raft", "", 3};

History Draw(const HistoryShape& shape, uint64_t seed) {
  Random random(seed);
  History history;
  history.SetJob(kRaft);
  for (Operation& op : DrawOperations(shape, random)) {
    op.session = op.client + 1;
    op.level = op.action != Action::kGet ? "QUORUM"
               : op.invoke_us % 4 == 0   ? "LINEARIZABLE"
               : op.invoke_us % 4 == 1   ? "SESSION"
               : op.invoke_us % 4 == 2   ? "BOUNDED(200ms)"
                                         : "ONE";
    history.Append(std::move(op));
  }
  return history;
}

double Now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// All levels hold of a store that is linearizable.
TEST(HardHistoriesTest, DecidesAHundredThousandOperationsOverHundredsOfKeysAtAllLevels) {
  const History history = Draw({.clients = 20,
                                .operations = 100'000,
                                .keys = 300,
                                .values = 0,
                                .pause_us_max = 50,
                                .half_us_max = 500,
                                .unknown = 0.02,
                                .adds = false},
                               31);
  const std::vector<PromiseVerdict> lines = JudgeHistory(history, {.clock = Now});
  ASSERT_EQ(lines.size(), 4u);
  double seconds = 0;
  for (const PromiseVerdict& line : lines) {
    EXPECT_EQ(line.verdict, Verdict::kPassed) << line.read << " " << line.why;
    EXPECT_GT(line.checked, 5'000u) << line.read;
    seconds += line.seconds;
  }
  RecordProperty("seconds", std::to_string(seconds));
  EXPECT_LT(seconds, 60) << "even on a busy machine";
}

TEST(HardHistoriesTest, TwentyClientsOnOneKeyAreDecidedOrGivenUpAndNeverPassedUnseen) {
  const HistoryShape shape{.clients = 20,
                           .operations = 3'000,
                           .keys = 1,
                           .values = 0,
                           .pause_us_max = 50,
                           .half_us_max = 500,
                           .unknown = 0.1,
                           .adds = false};
  const History history = Draw(shape, 32);
  const std::vector<PromiseVerdict> lines = JudgeHistory(history);
  EXPECT_EQ(lines[1].read, "LINEARIZABLE");
  EXPECT_EQ(lines[1].anomalies, 0u);
  const std::vector<PromiseVerdict> hurried = JudgeHistory(history, {.order = {.steps_max = 100}});
  EXPECT_EQ(hurried[1].verdict, Verdict::kUndecided);
  EXPECT_EQ(hurried[1].why, "gave up on 1 keys after 100 steps each");
  EXPECT_EQ(Sum(hurried), Verdict::kUndecided);
}

}  // namespace
}  // namespace quorate::check
