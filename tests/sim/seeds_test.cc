// Some hundred whole runs, in shards so that they spread over cores.
#include <gtest/gtest.h>

#include <algorithm>

#include "sim/suite.h"

namespace quorate::sim {
namespace {

struct Shard {
  Profile profile;
  uint64_t first;
  uint64_t count;
  // gtest's name for how a parameter is shown.
  friend void PrintTo(const Shard& shard, std::ostream* out) {
    *out << ProfileName(shard.profile) << " seeds " << shard.first << " to "
         << shard.first + shard.count - 1;
  }
};

std::string NameOf(const ::testing::TestParamInfo<Shard>& info) {
  std::string name =
      std::string(ProfileName(info.param.profile)) + "_" + std::to_string(info.param.first);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

class SeedsTest : public ::testing::TestWithParam<Shard> {};

TEST_P(SeedsTest, AreClean) {
  const Shard shard = GetParam();
  uint64_t done = 0;
  uint64_t overlapping = 0;
  uint64_t registers_overlapping = 0;
  uint64_t faults = 0;
  for (uint64_t seed = shard.first; seed < shard.first + shard.count; ++seed) {
    const RunResult result = ExpectClean({.seed = seed, .profile = shard.profile});
    if (HasFailure()) return;
    done += result.done;
    overlapping += result.overlapping;
    registers_overlapping += result.registers_overlapping;
    faults += result.faults;
  }
  // Nothing would be proved by runs in which little happens.
  EXPECT_GT(done, 200 * shard.count);
  EXPECT_GT(overlapping, 10 * shard.count);
  EXPECT_GT(faults, 10 * shard.count);
  if (shard.profile == Profile::kLeaderless) {
    EXPECT_GT(registers_overlapping, 10 * shard.count);
  }
}

INSTANTIATE_TEST_SUITE_P(Mixed, SeedsTest,
                         ::testing::Values(Shard{Profile::kMixed, 1000, 40},
                                           Shard{Profile::kMixed, 2000, 40},
                                           Shard{Profile::kMixed, 3000, 40},
                                           Shard{Profile::kMixed, 4000, 40}),
                         NameOf);
INSTANTIATE_TEST_SUITE_P(
    Targeted, SeedsTest,
    ::testing::Values(Shard{Profile::kElections, 1, 30}, Shard{Profile::kFigure8, 1, 30},
                      Shard{Profile::kLearners, 1, 20}, Shard{Profile::kReads, 1, 30},
                      Shard{Profile::kLeases, 1, 20}, Shard{Profile::kExpiry, 1, 30},
                      Shard{Profile::kFates, 1, 20}, Shard{Profile::kClocks, 1, 16},
                      Shard{Profile::kClocks, 75, 1}, Shard{Profile::kClocks, 115, 1},
                      Shard{Profile::kLostTails, 1, 30}, Shard{Profile::kMoves, 1, 20},
                      Shard{Profile::kLeaderless, 1, 20}, Shard{Profile::kLeaderless, 1001, 20},
                      Shard{Profile::kLeaderlessMoves, 1, 20}),
    NameOf);

}  // namespace
}  // namespace quorate::sim
