#include <gtest/gtest.h>

#include <sstream>

#include "check/history_json.h"
#include "sim/suite.h"

namespace quorate::sim {
namespace {

std::string Written(const check::History& history) {
  std::ostringstream out;
  check::WriteHistory(history, out);
  return out.str();
}

// What to look at when two runs differ.
std::string FirstDifference(const std::string& one, const std::string& other) {
  std::istringstream ones(one);
  std::istringstream others(other);
  std::string a, b;
  while (std::getline(ones, a) && std::getline(others, b)) {
    if (a != b) return a + "\n" + b;
  }
  return "none that is printed";
}

TEST(DeterminismTest, TheSameSeedGivesTheSameRunToTheByte) {
  for (const Profile profile : {Profile::kMixed, Profile::kElections, Profile::kLearners}) {
    for (uint64_t seed = 1; seed <= 4; ++seed) {
      std::ostringstream live, live_again;
      const RunResult once = ExpectClean({.seed = seed, .profile = profile, .live = &live});
      const RunResult again = ExpectClean({.seed = seed, .profile = profile, .live = &live_again});
      EXPECT_EQ(once.trace_hash, again.trace_hash)
          << Again({.seed = seed, .profile = profile}) << "\n"
          << FirstDifference(live.str(), live_again.str());
      EXPECT_EQ(once.events, again.events);
      EXPECT_EQ(Written(once.history), Written(again.history));
    }
  }
}

TEST(DeterminismTest, WatchingARunDoesNotChangeIt) {
  std::ostringstream live;
  const RunResult watched = ExpectClean({.seed = 5, .live = &live});
  const RunResult unwatched = ExpectClean({.seed = 5});
  EXPECT_EQ(watched.trace_hash, unwatched.trace_hash);
  EXPECT_FALSE(live.str().empty());
}

TEST(DeterminismTest, AnotherSeedGivesAnotherRun) {
  EXPECT_NE(ExpectClean({.seed = 1}).trace_hash, ExpectClean({.seed = 2}).trace_hash);
}

}  // namespace
}  // namespace quorate::sim
