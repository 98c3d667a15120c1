// Random schedules of registers behind the core: what clients saw is linearizable
// and replicas become the same; and each rule that makes it so is missed when it
// is taken out. QUORATE_REGISTER_SEED=n runs one, with its story, where
// QUORATE_REGISTER_SEEDS=n runs up to n of each kind.
#include <gtest/gtest.h>

#include <cstdlib>

#include "register_core_schedule.h"

namespace quorate::quorum {
namespace {

constexpr uint64_t kSeeds = 100;

RegisterCoreProfile Mixed() { return {}; }

// Disks lag, and nodes lose what lagged.
RegisterCoreProfile Crashing() {
  RegisterCoreProfile profile;
  profile.keys = 1;
  profile.reads_percent = 20;
  profile.puts_percent = 5;
  profile.deletes_percent = 0;
  profile.conditions_percent = 35;
  profile.clients = 6;
  profile.syncs_permille = 40;
  profile.faults_permille = 40;
  profile.crashes_percent = 60;
  profile.cuts_percent = 5;
  profile.losses_percent = 15;
  profile.repairs_every_ms = 200;
  return profile;
}

// Tombstones come and go while old messages are still on their way.
RegisterCoreProfile Deleting() {
  RegisterCoreProfile profile;
  profile.keys = 2;
  profile.reads_percent = 15;
  profile.deletes_percent = 35;
  profile.faults_permille = 25;
  profile.late_percent = 15;
  profile.calm_percent = 90;
  profile.operations_max = 90;
  profile.steps = 1500;
  return profile;
}

// One key, many messages lost, all clocks apart.
RegisterCoreProfile Contended() {
  RegisterCoreProfile profile;
  profile.keys = 1;
  profile.clients = 6;
  profile.losses_percent = 20;
  profile.skew_us_max = 1'000'000;
  profile.faults_permille = 5;
  return profile;
}

// Values go past some replicas, and clocks say nothing of who was first.
RegisterCoreProfile Skewed() {
  RegisterCoreProfile profile;
  profile.keys = 1;
  profile.puts_percent = 55;
  profile.deletes_percent = 5;
  profile.conditions_percent = 0;
  profile.skew_us_max = 2'000'000;
  profile.losses_percent = 15;
  profile.faults_permille = 40;
  profile.crashes_percent = 5;
  profile.cuts_percent = 45;
  profile.calm_percent = 0;
  profile.repairs_every_ms = 400;
  return profile;
}

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

TEST(RegisterCorePropertyTest, IsLinearizableWhateverTheScheduleAndReplicasBecomeAlike) {
  uint64_t first = 1;
  uint64_t last = FromEnvironment("QUORATE_REGISTER_SEEDS", kSeeds);
  if (const uint64_t only = FromEnvironment("QUORATE_REGISTER_SEED", 0)) first = last = only;
  std::map<std::string, uint64_t> reached;
  int kind = 0;
  for (const RegisterCoreProfile& profile :
       {Mixed(), Crashing(), Deleting(), Contended(), Skewed()}) {
    ++kind;
    for (uint64_t seed = first; seed <= last; ++seed) {
      RegisterCoreSchedule schedule({.seed = seed, .profile = profile, .trace = first == last});
      ASSERT_EQ(schedule.Run(), "") << "seed " << seed << " of kind " << kind;
      ASSERT_FALSE(HasFailure()) << "seed " << seed << " of kind " << kind;
      for (const auto& [what, count] : schedule.reached()) reached[what] += count;
    }
  }
  for (const auto& [what, count] : reached) RecordProperty(what, std::to_string(count));
  if (first == last) return;
  for (const char* what :
       {"done", "condition failed", "crash", "unsynced effects lost", "DEADLINE_EXCEEDED",
        "REPLICAS_MISSING", "REPLICAS_LOST", "a floor was raised"}) {
    EXPECT_GT(reached[what], 20u) << "hardly any schedule reached: " << what;
  }
}

// What was told of each operation whose answer was lost has its place in the order.
TEST(RegisterCorePropertyTest, IsLinearizableAlsoByWhatIsToldOfLostAnswers) {
  const uint64_t only = FromEnvironment("QUORATE_REGISTER_SEED", 0);
  const uint64_t last = only != 0 ? only : FromEnvironment("QUORATE_REGISTER_SEEDS", kSeeds);
  std::map<std::string, uint64_t> reached;
  int kind = 0;
  for (const RegisterCoreProfile& profile :
       {Mixed(), Crashing(), Deleting(), Contended(), Skewed()}) {
    ++kind;
    for (uint64_t seed = only != 0 ? only : 1; seed <= last; ++seed) {
      RegisterCoreSchedule schedule(
          {.seed = seed, .profile = profile, .trace = only != 0, .operations = true});
      ASSERT_EQ(schedule.Run(), "") << "seed " << seed << " of kind " << kind;
      ASSERT_FALSE(HasFailure()) << "seed " << seed << " of kind " << kind;
      for (const auto& [what, count] : schedule.reached()) reached[what] += count;
    }
  }
  for (const auto& [what, count] : reached) RecordProperty(what, std::to_string(count));
  if (only != 0) return;
  for (const char* what : {"done", "applied", "never", "possible", "expired"}) {
    EXPECT_GT(reached[what], 20u) << "hardly any schedule reached: " << what;
  }
}

std::string RunWith(bool RegisterBugs::*bug, const RegisterCoreProfile& profile, uint64_t seed) {
  RegisterCoreOptions options{.seed = seed, .profile = profile};
  options.bugs.*bug = true;
  RegisterCoreSchedule schedule(options);
  std::string wrong = schedule.Run();
  return wrong.rfind("linearizability: undecided", 0) == 0 ? "" : wrong;  // it proves nothing
}

// Whether a fault shows in so many runs. QUORATE_REGISTER_COUNT=n counts in how
// many of n.
bool Shows(bool RegisterBugs::*bug, const RegisterCoreProfile& profile, uint64_t runs_max) {
  const uint64_t counted = FromEnvironment("QUORATE_REGISTER_COUNT", 0);
  uint64_t wrong = 0;
  for (uint64_t seed = 1; seed <= std::max(runs_max, counted); ++seed) {
    const std::string what = RunWith(bug, profile, seed);
    if (what.empty()) continue;
    if (++wrong == 1) {
      std::cout << "seed " << seed << ": " << what.substr(0, what.find('\n')) << "\n";
    }
    if (counted == 0) return true;
  }
  if (counted != 0) std::cout << wrong << " of " << counted << "\n";
  return wrong != 0;
}

// How often each shows stands in docs/consistency.md.

TEST(RegisterCoreFaultTest, CatchesAReadOfWhatOneAcceptorHolds) {
  EXPECT_TRUE(Shows(&RegisterBugs::read_returns_any, Contended(), 300));
}

TEST(RegisterCoreFaultTest, CatchesALoserThatRetriesBlindly) {
  EXPECT_TRUE(Shows(&RegisterBugs::retry_with_higher_ballot, Contended(), 300));
}

TEST(RegisterCoreFaultTest, CatchesAFailedConditionThatDoesNotCompleteTheRound) {
  EXPECT_TRUE(Shows(&RegisterBugs::failed_condition_answers_at_once, Contended(), 1000));
}

TEST(RegisterCoreFaultTest, CatchesAntiEntropyThatIgnoresPromises) {
  EXPECT_TRUE(Shows(&RegisterBugs::repair_ignores_promises, Contended(), 2000));
}

TEST(RegisterCoreFaultTest, CatchesATombstoneDroppedWithoutTheBallotFloor) {
  EXPECT_TRUE(Shows(&RegisterBugs::no_floor, Deleting(), 1000));
}

TEST(RegisterCoreFaultTest, CatchesBlindWritesThatDoNotLearnFirst) {
  EXPECT_TRUE(Shows(&RegisterBugs::blind_writes_learn_nothing, Skewed(), 1000));
}

TEST(RegisterCoreFaultTest, CatchesPromisesAndAcceptancesThatAreNotDurable) {
  EXPECT_TRUE(Shows(&RegisterBugs::promise_before_sync, Crashing(), 2500));
  EXPECT_TRUE(Shows(&RegisterBugs::accept_before_sync, Crashing(), 1000));
}

}  // namespace
}  // namespace quorate::quorum
