// Random schedules in which replicas move: nothing of what was promised to clients is
// lost on the way, and each rule that sees to that is missed when it is taken out. A seed
// that fails is run again, with its story, by QUORATE_QUORUM_SEED=n; QUORATE_QUORUM_SEEDS=n
// runs up to n.
#include <gtest/gtest.h>

#include <iostream>
#include <utility>

#include "schedule.h"
#include "seeds.h"

namespace quorate::quorum {
namespace {

ScheduleOptions Moving(uint64_t seed) {
  ScheduleOptions options;
  options.seed = seed;
  options.steps = 2500;
  options.moves = true;
  return options;
}

uint64_t RunAll(ScheduleOptions options, const Seeds& seeds) {
  uint64_t moved = 0;
  options.trace = seeds.one();
  for (options.seed = seeds.first; options.seed <= seeds.last; ++options.seed) {
    Schedule schedule(options);
    const std::string wrong = schedule.Run();
    EXPECT_EQ(wrong, "") << "seed " << options.seed;
    if (!wrong.empty() || ::testing::Test::HasFailure()) return moved;
    moved += schedule.moved();
  }
  return moved;
}

TEST(MovesPropertyTest, WhateverHappensReplicasMoveAndClientsGetWhatWasPromised) {
  const Seeds seeds(150);
  const uint64_t moved = RunAll(Moving(1), seeds);
  RecordProperty("moved", std::to_string(moved));
  EXPECT_TRUE(seeds.one() || moved > seeds.last) << moved;
}

TEST(MovesPropertyTest, NoQuorumForgetsAnythingWhereALeaverIsNotWaitedFor) {
  const Seeds seeds(150);
  ScheduleOptions options = Moving(1);
  options.impatient = true;
  const uint64_t moved = RunAll(options, seeds);
  EXPECT_TRUE(seeds.one() || moved > seeds.last) << moved;
}

TEST(MovesPropertyTest, ReplicasBecomeMoreAndFewerAndMovesAreGivenUp) {
  const Seeds seeds(150);
  ScheduleOptions options = Moving(1);
  options.freely = true;
  const uint64_t moved = RunAll(options, seeds);
  EXPECT_TRUE(seeds.one() || moved > seeds.last) << moved;
  options.impatient = true;
  RunAll(options, seeds);
}

// Rare: a clock is told in an epoch, then something comes from a leaver, which dies.
TEST(MovesPropertyTest, NoBootEndsByWhatWasToldInAnEpochBefore) {
  ScheduleOptions options = Moving(224);
  options.freely = options.impatient = true;
  EXPECT_EQ(Schedule(options).Run(), "");
}

// The first seed in which it is noticed; 0: in none. What is rare is told as a story in
// moves_test.cc.
uint64_t Hunt(bool Bugs::*bug, uint64_t seeds, ScheduleOptions options = Moving(1)) {
  options.bugs.*bug = true;
  for (seeds = Seeds(seeds).last; options.seed <= seeds; ++options.seed) {
    Schedule schedule(options);
    if (const std::string wrong = schedule.Run(); !wrong.empty()) {
      std::cout << "seed " << options.seed << ": " << wrong << "\n";
      return options.seed;
    }
  }
  return 0;
}

TEST(MovesPropertyTest, CatchesTheOldQuorumDroppedEarly) {
  EXPECT_NE(Hunt(&Bugs::forget_old_set, 300), 0u);
}
TEST(MovesPropertyTest, CatchesAJoinerThatCountsBeforeItIsFilled) {
  EXPECT_NE(Hunt(&Bugs::count_joiner_as_filled, 100), 0u);
}
TEST(MovesPropertyTest, CatchesASeenClockThatIsLeftBehind) {
  EXPECT_NE(Hunt(&Bugs::leave_clock_behind, 100), 0u);
}
TEST(MovesPropertyTest, CatchesTombstonesForgottenInTheFilling) {
  EXPECT_NE(Hunt(&Bugs::forget_dead_in_filling, 1000), 0u);
}
TEST(MovesPropertyTest, CatchesCoverageWithoutTheJoiner) {
  EXPECT_NE(Hunt(&Bugs::cover_without_joiner, 100), 0u);
}
TEST(MovesPropertyTest, CatchesTheFenceTakenOut) {
  EXPECT_NE(Hunt(&Bugs::serve_any_epoch, 1000), 0u);
}
TEST(MovesPropertyTest, CatchesAnEpochForgottenInACrash) {
  EXPECT_NE(Hunt(&Bugs::forget_epoch, 3000), 0u);
}
TEST(MovesPropertyTest, CatchesALeaverThatAnswersOfWhatItAloneHas) {
  EXPECT_NE(Hunt(&Bugs::leaver_answers, 1000), 0u);
}
TEST(MovesPropertyTest, CatchesADeadLeaversPartLeftOnTooFewDisks) {
  ScheduleOptions options = Moving(1);
  options.freely = options.impatient = true;
  EXPECT_NE(Hunt(&Bugs::let_leaver_go, 300, options), 0u);
}

}  // namespace
}  // namespace quorate::quorum
