// Random schedules: whatever happens, the invariants hold; and once all heals,
// the group makes progress. A seed that fails is run again with
// QUORATE_RAFT_SEED=n.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "schedule.h"

namespace quorate::raft {
namespace {

constexpr uint64_t kSeeds = 150;
// A seeded fault must show within so many runs.
constexpr uint64_t kSeedsForBug = 400;

std::string FirstViolation(Schedule& schedule) {
  return schedule.violations().empty() ? "" : schedule.violations().front();
}

TEST(PropertyTest, NoScheduleBreaksAnInvariantAndAllHealAfterwards) {
  uint64_t first = 1;
  uint64_t last = kSeeds;
  if (const char* only = std::getenv("QUORATE_RAFT_SEED"))
    first = last = std::strtoull(only, nullptr, 10);
  if (const char* many = std::getenv("QUORATE_RAFT_SEEDS")) last = std::strtoull(many, nullptr, 10);
  std::map<std::string, uint64_t> reached;
  for (uint64_t seed = first; seed <= last; ++seed) {
    Schedule schedule({.seed = seed, .bugs = {}});
    schedule.RunFaults();
    ASSERT_EQ(FirstViolation(schedule), "") << "seed " << seed;
    ASSERT_EQ(schedule.RunHealed(), "") << "seed " << seed;
    ASSERT_EQ(FirstViolation(schedule), "") << "seed " << seed << ", healed";
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
    for (const auto& [what, count] : schedule.reached()) reached[what] += count;
  }
  for (const char* what : {"leader elected", "quiet", "snapshot installed", "read served",
                           "read given up", "entry applied", "joint configuration applied"}) {
    if (first != last) {
      EXPECT_GT(reached[what], 0u) << "no schedule reached: " << what;
    }
    RecordProperty(what, std::to_string(reached[what]));
  }
}

// The first violation among the seeds, "" if none showed.
std::string Hunt(const Bugs& bugs) {
  for (uint64_t seed = 1; seed <= kSeedsForBug; ++seed) {
    Schedule schedule({.seed = seed, .bugs = bugs});
    schedule.RunFaults();
    if (const std::string violation = FirstViolation(schedule); !violation.empty()) {
      return violation;
    }
  }
  return "";
}

TEST(PropertyTest, CatchesCountingBeforeTheSync) {
  EXPECT_NE(Hunt({.count_before_sync = true}), "");
}

TEST(PropertyTest, CatchesASkippedReadIndexRound) {
  EXPECT_NE(Hunt({.skip_read_index_round = true}).find("RAFT-7"), std::string::npos);
}

TEST(PropertyTest, CatchesCountingOldTerms) { EXPECT_NE(Hunt({.count_old_term = true}), ""); }

TEST(PropertyTest, CatchesCountingLearners) { EXPECT_NE(Hunt({.count_learners = true}), ""); }

TEST(PropertyTest, CatchesASkippedJointPhase) { EXPECT_NE(Hunt({.skip_joint = true}), ""); }

TEST(PropertyTest, CatchesTwoChangesAtOnce) { EXPECT_NE(Hunt({.changes_at_once = true}), ""); }

}  // namespace
}  // namespace quorate::raft
