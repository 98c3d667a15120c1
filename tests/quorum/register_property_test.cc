// Random schedules of the register: whatever happens, what clients saw is
// linearizable; and each rule that makes it so is missed when it is taken out.
// QUORATE_REGISTER_SEED=n runs one and prints its timeline where it fails,
// QUORATE_REGISTER_SEEDS=n runs up to n of each kind.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "register_history.h"
#include "register_schedule.h"

namespace quorate::quorum {
namespace {

constexpr uint64_t kSeeds = 1500;

RegisterProfile Mixed() { return {}; }

// Disks lag, and nodes lose what lagged.
RegisterProfile Crashing() {
  RegisterProfile profile;
  profile.steps = 400;
  profile.crashes = 25;
  profile.syncs = 80;
  return profile;
}

// Tombstones come and go while old messages are still on their way.
RegisterProfile Deleting() {
  RegisterProfile profile;
  profile.keys = 2;  // one floor for both
  profile.reads = 15;
  profile.deletes = 35;
  profile.drops = 80;
  profile.long_delay = 0.08;
  profile.crashes = 1;
  return profile;
}

// A replica leaves and another joins, while the old and the new half are cut off
// from each other now and then.
RegisterProfile Moving() {
  RegisterProfile profile;
  profile.steps = 700;
  profile.moves = 30;
  profile.splits = 20;
  profile.merges = 10;
  return profile;
}

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

std::string Judge(const RegisterSchedule& schedule) { return JudgeHistory(schedule.History()); }

using Reached = std::map<std::string, uint64_t>;

void RunAll(const RegisterProfile& profile, Reached& reached) {
  uint64_t first = 1;
  uint64_t last = FromEnvironment("QUORATE_REGISTER_SEEDS", kSeeds);
  if (const uint64_t only = FromEnvironment("QUORATE_REGISTER_SEED", 0)) first = last = only;
  for (uint64_t seed = first; seed <= last; ++seed) {
    RegisterSchedule schedule(
        {.seed = seed, .profile = profile, .bugs = {}, .move_bugs = {}, .traced = first == last});
    schedule.Run();
    ASSERT_EQ(Judge(schedule), "") << "seed " << seed << "\n" << schedule.trace();
    ASSERT_EQ(schedule.divergence(), "") << "seed " << seed << "\n" << schedule.trace();
    for (const auto& [what, count] : schedule.reached()) reached[what] += count;
  }
}

TEST(RegisterPropertyTest, IsLinearizableWhateverTheScheduleAndConvergesAfterwards) {
  Reached reached;
  for (const RegisterProfile& profile : {Mixed(), Crashing(), Deleting(), Moving()}) {
    RunAll(profile, reached);
    if (HasFatalFailure()) return;
  }
  for (const char* what :
       {"done", "unknown", "condition failed", "crash", "unsynced writes lost", "paused", "merged",
        "merge refused by a promise", "completed for anti-entropy", "covered tombstone dropped",
        "bare promise dropped", "refused by a promise", "refused by the own acceptor", "filled",
        "moved", "refused for its epoch"}) {
    EXPECT_GT(reached[what], 50u) << "hardly any schedule reached: " << what;
    RecordProperty(what, std::to_string(reached[what]));
  }
}

// Whether a fault shows in so many runs.
bool Shows(const RegisterBugs& bugs, const RegisterProfile& profile, uint64_t runs_max = 5000,
           const MoveBugs& move_bugs = {}) {
  for (uint64_t seed = 1; seed <= runs_max; ++seed) {
    RegisterSchedule schedule(
        {.seed = seed, .profile = profile, .bugs = bugs, .move_bugs = move_bugs, .traced = false});
    schedule.Run();
    if (Judge(schedule).empty()) continue;
    ::testing::Test::RecordProperty("runs", std::to_string(seed));
    return true;
  }
  return false;
}

// How often each shows stands in docs/consistency.md.

TEST(RegisterFaultTest, CatchesRepairThatIgnoresPromises) {
  EXPECT_TRUE(Shows({.repair_ignores_promises = true}, Mixed()));
}

TEST(RegisterFaultTest, CatchesBlindWritesThatIgnorePromises) {
  EXPECT_TRUE(Shows({.blind_writes_ignore_promises = true}, Mixed()));
}

TEST(RegisterFaultTest, CatchesPromisesThatAreNotDurable) {
  EXPECT_TRUE(Shows({.promise_before_sync = true}, Crashing()));
}

TEST(RegisterFaultTest, CatchesAcceptancesThatAreNotDurable) {
  EXPECT_TRUE(Shows({.accept_before_sync = true}, Crashing()));
}

TEST(RegisterFaultTest, CatchesTellingWhatIsNotDurable) {
  EXPECT_TRUE(Shows({.tell_before_sync = true}, Crashing()));
}

TEST(RegisterFaultTest, CatchesAMissingBallotFloor) {
  EXPECT_TRUE(Shows({.no_floor = true}, Deleting()));
}

TEST(RegisterFaultTest, CatchesASecondBallotForOneOperation) {
  EXPECT_TRUE(Shows({.retry_with_higher_ballot = true}, Mixed()));
}

TEST(RegisterFaultTest, CatchesAReadOfWhatIsNotOnAQuorumYet) {
  EXPECT_TRUE(Shows({.read_returns_newest = true}, Mixed()));
}

TEST(RegisterFaultTest, CatchesAReadOfWhatOneAcceptorHolds) {
  EXPECT_TRUE(Shows({.read_returns_any = true}, Mixed()));
}

TEST(RegisterFaultTest, CatchesAFailedConditionThatDoesNotCompleteTheRound) {
  EXPECT_TRUE(Shows({.failed_condition_answers_at_once = true}, Mixed()));
}

// Alone, for what became of a write is judged by what it had learnt; and far
// more often where it also counts as done when a newer one beats it.
TEST(RegisterFaultTest, CatchesBlindWritesThatDoNotLearnTheHighestBallot) {
  EXPECT_TRUE(Shows({.blind_writes_learn_nothing = true}, Mixed()));
  EXPECT_TRUE(Shows({.beaten_is_taken = true, .blind_writes_learn_nothing = true}, Mixed(), 100));
}

TEST(RegisterFaultTest, CatchesABlindWriteThatCountsAsTakenWhereItIsBeaten) {
  EXPECT_TRUE(Shows({.beaten_is_taken = true}, Mixed()));
}

TEST(RegisterFaultTest, CatchesAForgottenDropWhenAWriteIsResolved) {
  EXPECT_TRUE(Shows({.resolve_forgets_drops = true}, Deleting(), 15'000));
}

TEST(RegisterFaultTest, CatchesAMoveWithoutTheEpochFence) {
  EXPECT_TRUE(Shows({}, Moving(), 5000, {.no_fence = true}));
}

TEST(RegisterFaultTest, CatchesAReplicaThatIsFilledFromOneThatIsNotTheLeaver) {
  EXPECT_TRUE(Shows({}, Moving(), 5000, {.filled_from_any = true}));
}

TEST(RegisterFaultTest, CatchesAFillThatCountsThoughAPromiseRefusedIt) {
  EXPECT_TRUE(Shows({}, Moving(), 5000, {.refused_fill_counts = true}));
}

}  // namespace
}  // namespace quorate::quorum
