#include <gtest/gtest.h>

#include <string>

#include "base/probe.h"
#include "sim/suite.h"

namespace quorate::sim {
namespace {

constexpr uint64_t kSeedsMax = 600;

// Of the real engine, which may be linked but does not run here.
bool IsOfARealDisk(const std::string& probe) { return probe.starts_with("storage: "); }

std::string Unreached() {
  std::string names;
  for (const ProbeCount& probe : ProbeCounts()) {
    if (probe.count == 0 && !IsOfARealDisk(probe.name)) names += probe.name + "\n";
  }
  return names;
}

TEST(ProbesTest, EveryRarePathIsReachedBySomeSeed) {
  ASSERT_GT(ProbeCounts().size(), 10u);
  // No other profile takes a log's end away.
  for (uint64_t seed = 1; seed <= 3; ++seed) {
    ExpectClean({.seed = seed, .profile = Profile::kLostTails});
  }
  // Nor does any other move replicas.
  for (uint64_t seed = 1; seed <= 16; ++seed) {
    ExpectClean({.seed = seed, .profile = Profile::kMoves});
  }
  // Few runs have a node taken for dead that comes back before all is rebuilt.
  ExpectClean({.seed = 32, .profile = Profile::kMoves});
  ExpectClean({.seed = 1, .profile = Profile::kLeaderlessMoves});
  const Profile profiles[] = {Profile::kMixed,   Profile::kMixed,      Profile::kElections,
                              Profile::kFigure8, Profile::kLeaderless, Profile::kLearners};
  for (uint64_t seed = 1; seed <= kSeedsMax && !Unreached().empty(); ++seed) {
    ExpectClean({.seed = seed, .profile = profiles[seed % 6]});
    if (HasFailure()) return;
  }
  EXPECT_EQ(Unreached(), "");
}

}  // namespace
}  // namespace quorate::sim
