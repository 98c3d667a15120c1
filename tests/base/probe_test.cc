#include "base/probe.h"

#include <gtest/gtest.h>

namespace quorate {
namespace {

uint64_t CountOf(const std::string& name) {
  for (const ProbeCount& probe : ProbeCounts()) {
    if (probe.name == name) return probe.count;
  }
  return ~uint64_t{0};
}

void TakeTheRarePath(bool really) {
  if (really) Reached<"test: the rare path">();
}

TEST(ProbeTest, IsListedBeforeItIsReached) {
  TakeTheRarePath(false);
  EXPECT_EQ(CountOf("test: the rare path"), 0u);
}

TEST(ProbeTest, CountsEachTimeItIsReached) {
  const uint64_t before = CountOf("test: the rare path");
  TakeTheRarePath(true);
  TakeTheRarePath(true);
  EXPECT_EQ(CountOf("test: the rare path"), before + 2);
}

}  // namespace
}  // namespace quorate
