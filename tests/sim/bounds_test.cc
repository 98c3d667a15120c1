// Reads that tell how old their state is are judged under each conflict policy, by
// another judge each.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "base/strings.h"
#include "sim/bugs.h"
#include "sim/suite.h"

namespace quorate::sim {
namespace {

// In one of ten seeds it is noticed at all, and by registers, which have few clients, in
// one of a hundred: so from where there is one.
constexpr uint64_t kFirst = 140;
constexpr uint64_t kLast = 260;

TEST(BoundsTest, AStateThatIsOlderThanItSaysIsNoticedUnderEachPolicy) {
  const auto bug = BugFromName("bound-while-behind");
  ASSERT_TRUE(bug.ok()) << bug.status();
  std::map<std::string, uint64_t> first = {
      {"leaderless operation", 0}, {"merging operation", 0}, {"register operation", 0}};
  const auto missing = [&first] {
    std::string names;
    for (const auto& [who, seed] : first) {
      if (seed == 0) StrAppend(&names, names.empty() ? "" : ", ", who);
    }
    return names;
  };
  for (uint64_t seed = kFirst; seed <= kLast && !missing().empty(); ++seed) {
    const RunResult result = Simulate({.seed = seed, .profile = bug->profile, .bugs = bug->bugs});
    for (auto& [who, found] : first) {
      if (found == 0 && result.violation.starts_with(who)) found = seed;
    }
  }
  EXPECT_EQ(missing(), "");
  for (const auto& [who, seed] : first) RecordProperty(who, static_cast<int>(seed));
}

}  // namespace
}  // namespace quorate::sim
