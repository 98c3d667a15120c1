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
    RegisterSchedule schedule({.seed = seed, .profile = {}, .bugs = {}});
    schedule.Run();
    ASSERT_EQ(Judge(schedule), "") << "seed " << seed;
    ASSERT_EQ(schedule.divergence(), "") << "seed " << seed;
    for (const auto& [what, count] : schedule.reached()) reached[what] += count;
  }
  for (const auto& [what, count] : reached) {
    std::printf("%s: %lu\n", what.c_str(), static_cast<unsigned long>(count));
  }
}

}  // namespace
}  // namespace quorate::quorum
