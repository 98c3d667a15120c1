#include "sim/sim_env.h"

#include <gtest/gtest.h>

namespace quorate::sim {
namespace {

TEST(SimEnvTest, CountsAtItsOwnRate) {
  EventQueue queue;
  SimEnv fast(queue, Random(1), 1.5, absl::ZeroDuration());
  const absl::Duration before = fast.Monotonic();
  queue.RunUntil(absl::Seconds(10));
  EXPECT_EQ(fast.Monotonic() - before, absl::Seconds(15));
}

TEST(SimEnvTest, KeepsCountingWhenItsRateChanges) {
  EventQueue queue;
  SimEnv env(queue, Random(1), 1, absl::ZeroDuration());
  const absl::Duration before = env.Monotonic();
  queue.RunUntil(absl::Seconds(10));
  env.SetRate(0.5);
  EXPECT_EQ(env.Monotonic() - before, absl::Seconds(10));
  queue.RunUntil(absl::Seconds(20));
  EXPECT_EQ(env.Monotonic() - before, absl::Seconds(15));
}

TEST(SimEnvTest, FindsTheTrueTimeOfALocalMoment) {
  EventQueue queue;
  SimEnv env(queue, Random(1), 1.37, absl::ZeroDuration());
  queue.RunUntil(absl::Seconds(3));
  const absl::Duration due = env.Monotonic() + absl::Milliseconds(50);
  queue.RunUntil(env.TrueTimeOf(due));
  EXPECT_GE(env.Monotonic(), due);
  EXPECT_LT(env.Monotonic() - due, absl::Microseconds(1));
}

TEST(SimEnvTest, APauseIsSeenInTheCalendarAlone) {
  EventQueue queue;
  SimEnv env(queue, Random(1), 1, absl::ZeroDuration());
  const absl::Duration monotonic = env.Monotonic();
  const absl::Time wall = env.WallTime();
  env.StandStill();
  queue.RunUntil(absl::Seconds(10));
  env.GoOn();
  EXPECT_EQ(env.Monotonic(), monotonic);
  EXPECT_EQ(env.WallTime(), wall + absl::Seconds(10));
  queue.RunUntil(absl::Seconds(11));
  EXPECT_EQ(env.Monotonic(), monotonic + absl::Seconds(1));
}

TEST(SimEnvTest, JumpsOnlyTheCalendar) {
  EventQueue queue;
  SimEnv env(queue, Random(1), 1, absl::Hours(1));
  const absl::Duration monotonic = env.Monotonic();
  const absl::Time wall = env.WallTime();
  env.JumpWallTime(-absl::Hours(2));
  EXPECT_EQ(env.WallTime(), wall - absl::Hours(2));
  EXPECT_EQ(env.Monotonic(), monotonic);
}

}  // namespace
}  // namespace quorate::sim
