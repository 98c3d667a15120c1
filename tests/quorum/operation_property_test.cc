// Random schedules of operations of unknown outcome (operation_schedule.h).
// QUORATE_QUORUM_SEEDS=n runs up to n seeds, QUORATE_QUORUM_SEED=n that one.
#include <gtest/gtest.h>

#include <cstdlib>

#include "operation_schedule.h"

namespace quorate::quorum {
namespace {

uint64_t Seeds(uint64_t seeds) {
  const char* many = std::getenv("QUORATE_QUORUM_SEEDS");
  return many != nullptr ? std::strtoull(many, nullptr, 10) : seeds;
}

std::map<std::string, uint64_t> RunAll(OperationScheduleOptions options, uint64_t seeds) {
  std::map<std::string, uint64_t> counts;
  const char* only = std::getenv("QUORATE_QUORUM_SEED");
  const uint64_t last = only != nullptr ? std::strtoull(only, nullptr, 10) : Seeds(seeds);
  for (options.seed = only != nullptr ? last : 1; options.seed <= last; ++options.seed) {
    OperationSchedule schedule(options);
    EXPECT_EQ(schedule.Run(), "") << "seed " << options.seed;
    if (::testing::Test::HasFailure()) break;
    for (const auto& [what, count] : schedule.counts()) counts[what] += count;
  }
  return counts;
}

TEST(OperationPropertyTest, WhatIsToldOfAnOperationHoldsForEver) {
  for (const bool counters : {true, false}) {
    const auto counts = RunAll({.counters = counters}, 100);
    for (const auto& [what, count] : counts) RecordProperty(what, std::to_string(count));
    for (const char* what : {"applied", "never", "possible", "expired", "REPLICAS_MISSING",
                             "write done", "write WRITE_FENCED", "write WRITER_EXPIRED"}) {
      EXPECT_GT(counts.contains(what) ? counts.at(what) : 0, 0u) << "never reached: " << what;
    }
  }
}

TEST(OperationPropertyTest, AndWhereDisksAreLost) {
  for (const bool counters : {true, false}) {
    const auto counts = RunAll({.counters = counters, .wipes = true}, 60);
    EXPECT_GT(counts.contains("expired") ? counts.at("expired") : 0, 0u);
    RunAll({.counters = counters, .wipes = true, .replicas = 5}, 20);
  }
}

TEST(OperationPropertyTest, AndWhereKeysAreRegisters) {
  const auto counts = RunAll({.registers = true}, 150);
  for (const auto& [what, count] : counts) RecordProperty(what, std::to_string(count));
  for (const char* what : {"applied", "never", "possible", "expired", "REPLICAS_MISSING",
                           "write done", "write WRITE_FENCED", "write WRITER_EXPIRED",
                           "write REGISTER_CONTENDED", "write DEADLINE_EXCEEDED"}) {
    EXPECT_GT(counts.contains(what) ? counts.at(what) : 0, 0u) << "never reached: " << what;
  }
}

uint64_t HuntWith(OperationScheduleOptions options, uint64_t seeds) {
  for (options.seed = 1; options.seed <= seeds; ++options.seed) {
    OperationSchedule schedule(options);
    if (const std::string wrong = schedule.Run(); !wrong.empty()) {
      std::cout << "seed " << options.seed << ": " << wrong << "\n";
      return options.seed;
    }
  }
  return 0;
}

// The first seed in which it is noticed; 0: in none.
uint64_t Hunt(bool Bugs::*bug, bool counters, bool wipes, uint64_t seeds) {
  OperationScheduleOptions options;
  options.bugs.*bug = true;
  options.counters = counters;
  options.wipes = wipes;
  return HuntWith(options, seeds);
}
uint64_t HuntInRegisters(bool Bugs::*bug, uint64_t seeds) {
  OperationScheduleOptions options{.registers = true};
  options.bugs.*bug = true;
  return HuntWith(options, seeds);
}
uint64_t HuntInRegisters(bool RegisterBugs::*bug, uint64_t seeds) {
  OperationScheduleOptions options{.registers = true};
  options.bugs.registers.*bug = true;
  return HuntWith(options, seeds);
}

TEST(OperationPropertyTest, CatchesAFenceThatACrashForgets) {
  EXPECT_NE(Hunt(&Bugs::forget_fences, true, false, 4000), 0u);
}
TEST(OperationPropertyTest, CatchesNeverSaidWhileAnOlderLifesWriteIsUnderWay) {
  EXPECT_NE(Hunt(&Bugs::resolve_in_one_phase, false, false, 2000), 0u);
}
TEST(OperationPropertyTest, CatchesRowsThatOnlyTheCoordinatorHas) {
  EXPECT_NE(Hunt(&Bugs::rows_at_coordinator, false, false, 500), 0u);
}
TEST(OperationPropertyTest, CatchesAWriterThatARestartedCoordinatorTrusts) {
  EXPECT_NE(Hunt(&Bugs::trust_older_writers, true, false, 200), 0u);
}
TEST(OperationPropertyTest, CatchesNeverSaidByALostDisk) {
  EXPECT_NE(Hunt(&Bugs::keep_floor_low, false, true, 4000), 0u);
}

TEST(RegisterOperationPropertyTest, CatchesRowsThatOnlyTheCoordinatorHas) {
  EXPECT_NE(HuntInRegisters(&Bugs::rows_at_coordinator, 500), 0u);
}
TEST(RegisterOperationPropertyTest, CatchesAWriterThatARestartedCoordinatorTrusts) {
  EXPECT_NE(HuntInRegisters(&Bugs::trust_older_writers, 6000), 0u);
}
TEST(RegisterOperationPropertyTest, CatchesAWriteThatBeginsThoughItWasFenced) {
  EXPECT_NE(HuntInRegisters(&RegisterBugs::begin_though_fenced, 1000), 0u);
}
TEST(RegisterOperationPropertyTest, CatchesNeverSaidBecauseTooFewHaveAcceptedIt) {
  EXPECT_NE(HuntInRegisters(&RegisterBugs::never_without_round, 1000), 0u);
}
TEST(RegisterOperationPropertyTest, CatchesAppliedSaidBecauseOneHasAcceptedIt) {
  EXPECT_NE(HuntInRegisters(&RegisterBugs::rows_tell_all, 1000), 0u);
}
TEST(RegisterOperationPropertyTest, CatchesASecondBallotUnderOneNumber) {
  EXPECT_NE(HuntInRegisters(&RegisterBugs::retry_under_one_id, 1000), 0u);
}

}  // namespace
}  // namespace quorate::quorum
