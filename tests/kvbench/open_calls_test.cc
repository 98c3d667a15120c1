// What becomes of writes that are made up.
#include "open_calls.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <utility>
#include <vector>

#include "absl/time/clock.h"

namespace quorate::bench {
namespace {

constexpr double kPerSecond = 2000;
constexpr absl::Duration kLength = absl::Milliseconds(500);

// Answers at once, each by its number.
class Answering final : public WriteCalls {
 public:
  explicit Answering(std::function<WriteEnd(int number)> answer) : answer_(std::move(answer)) {}
  void Begin(Random&, Done done) override { std::move(done)(answer_(begun_++)); }
  int begun() const { return begun_; }

 private:
  const std::function<WriteEnd(int)> answer_;
  std::atomic<int> begun_ = 0;
};

TEST(OpenCallsTest, RefusalsAreToldFromAnswersAndFromWhatFailed) {
  Answering writes([](int number) -> WriteEnd {
    if (number % 4 == 0) return {.refused = true, .told_when = number % 8 == 0};
    if (number % 4 == 1) return {.error = "too late"};
    return {.done = true};
  });
  const CallTally tally = OpenCalls(writes, 1).Run(kPerSecond, kLength);
  EXPECT_EQ(tally.due - tally.held_back, static_cast<uint64_t>(writes.begun()));
  EXPECT_EQ(tally.done + tally.refused + tally.failed, static_cast<uint64_t>(writes.begun()));
  EXPECT_NEAR(static_cast<double>(tally.done), writes.begun() / 2., 2);
  EXPECT_NEAR(static_cast<double>(tally.refused), writes.begun() / 4., 2);
  EXPECT_NEAR(static_cast<double>(tally.told_when), writes.begun() / 8., 2);
  EXPECT_EQ(tally.first_error, "too late");
  EXPECT_EQ(tally.latency.count(), tally.done);
  EXPECT_EQ(tally.refusal.count(), tally.refused);
}

TEST(OpenCallsTest, WhatTheLoadItselfWasTooLateForIsNotBegun) {
  Answering writes([](int number) -> WriteEnd {
    if (number == 50) absl::SleepFor(absl::Milliseconds(200));
    return {.done = true};
  });
  const CallTally tally = OpenCalls(writes, 1).Run(kPerSecond, kLength);
  EXPECT_GT(tally.held_back, 200u) << "of some 400 that fell due meanwhile";
  EXPECT_EQ(tally.done, tally.due - tally.held_back);
}

TEST(OpenCallsTest, UntilItIsStoppedItKeepsWhatBecameOfEach) {
  Answering writes([](int number) -> WriteEnd { return {.done = number % 2 == 0}; });
  OpenCalls calls(writes, 1);
  const absl::Time begin = absl::Now();
  calls.Begin(kPerSecond);
  while (writes.begun() < 100) absl::SleepFor(absl::Milliseconds(1));
  const std::vector<DueCall> kept = calls.Stop();
  ASSERT_EQ(kept.size(), static_cast<size_t>(writes.begun()));
  for (size_t i = 0; i < kept.size(); ++i) {
    EXPECT_EQ(kept[i].done, i % 2 == 0);
    EXPECT_GE(kept[i].due, begin);
    EXPECT_GE(kept[i].took, -absl::Milliseconds(1)) << "what is due at once goes together";
  }
}

TEST(OpenCallsTest, AClosedLoopCountsWhatWasDone) {
  Answering writes([](int number) -> WriteEnd {
    absl::SleepFor(absl::Microseconds(100));
    return {.done = number % 2 == 0};
  });
  const uint64_t done = RunClosedWrites(writes, 1, absl::Milliseconds(50), 1);
  EXPECT_NEAR(static_cast<double>(done), writes.begun() / 2., 2);
}

}  // namespace
}  // namespace quorate::bench
