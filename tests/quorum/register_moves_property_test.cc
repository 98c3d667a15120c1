// Registers while replicas move: what clients see stays linearizable, and each rule that
// sees to that is missed when it is taken out. QUORATE_REGISTER_SEED=n runs one, with its
// story, QUORATE_REGISTER_SEEDS=n runs up to n of each kind.
#include <gtest/gtest.h>

#include <cstdlib>
#include <iostream>

#include "register_core_schedule.h"

namespace quorate::quorum {
namespace {

uint64_t FromEnvironment(const char* name, uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text != nullptr ? std::strtoull(text, nullptr, 10) : otherwise;
}

RegisterCoreOptions Moving(uint64_t seed) {
  RegisterCoreOptions options;
  options.seed = seed;
  options.moves = true;
  options.replicas = 3;
  options.profile.steps = 1800;
  options.profile.operations_max = 90;
  options.profile.keys = 1;
  options.profile.skew_us_max = 60'000;
  options.profile.deletes_percent = 20;
  return options;
}

TEST(RegisterMovesPropertyTest, RegistersStayLinearizableWhileReplicasMove) {
  const uint64_t only = FromEnvironment("QUORATE_REGISTER_SEED", 0);
  const uint64_t last = only != 0 ? only : FromEnvironment("QUORATE_REGISTER_SEEDS", 150);
  uint64_t moved = 0;
  for (uint64_t seed = only != 0 ? only : 1; seed <= last; ++seed) {
    RegisterCoreOptions options = Moving(seed);
    options.trace = only != 0;
    options.operations = seed % 2 == 0;
    options.freely = seed % 3 == 0;
    RegisterCoreSchedule schedule(options);
    ASSERT_EQ(schedule.Run(), "") << "seed " << seed;
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
    moved += schedule.moved();
  }
  RecordProperty("moved", std::to_string(moved));
  EXPECT_TRUE(only != 0 || moved > last / 2) << moved;
}

// The first seed in which it is noticed; 0: in none.
uint64_t Hunt(RegisterCoreOptions options, uint64_t seeds) {
  seeds = FromEnvironment("QUORATE_REGISTER_SEEDS", seeds);
  for (options.seed = 1; options.seed <= seeds; ++options.seed) {
    RegisterCoreSchedule schedule(options);
    if (const std::string wrong = schedule.Run(); !wrong.empty()) {
      std::cout << "seed " << options.seed << ": " << wrong.substr(0, 200) << "\n";
      return options.seed;
    }
  }
  return 0;
}

TEST(RegisterMovesPropertyTest, CatchesAJoinerThatAcceptsUnfilled) {
  RegisterCoreOptions options = Moving(1);
  options.core_bugs.count_joiner_as_filled = true;
  EXPECT_NE(Hunt(options, 300), 0u);
}
TEST(RegisterMovesPropertyTest, CatchesTheFenceTakenOut) {
  RegisterCoreOptions options = Moving(1);
  options.core_bugs.serve_any_epoch = true;
  EXPECT_NE(Hunt(options, 1000), 0u);
}

}  // namespace
}  // namespace quorate::quorum
