#include "node/replay_window.h"

#include <gtest/gtest.h>

#include <set>

#include "base/random.h"

namespace quorate {
namespace {

TEST(ReplayWindowTest, AnIdIsAdmittedOnce) {
  ReplayWindow window;
  EXPECT_TRUE(window.Admit(5));
  EXPECT_FALSE(window.Admit(5));
  EXPECT_TRUE(window.Admit(3));
  EXPECT_FALSE(window.Admit(3));
  EXPECT_TRUE(window.Admit(6));
}

TEST(ReplayWindowTest, WhatLiesTooFarBackIsRefused) {
  ReplayWindow window;
  EXPECT_TRUE(window.Admit(1));
  EXPECT_TRUE(window.Admit(1 + ReplayWindow::kWidth));
  EXPECT_FALSE(window.Admit(1));
  EXPECT_TRUE(window.Admit(2));
}

TEST(ReplayWindowTest, ANewLifesIdsAreAllNew) {
  ReplayWindow window;
  const uint64_t second_life = uint64_t{2} << 40;
  EXPECT_TRUE(window.Admit((uint64_t{1} << 40) + 7));
  EXPECT_TRUE(window.Admit(second_life));
  EXPECT_TRUE(window.Admit(second_life + 7));
  EXPECT_FALSE(window.Admit((uint64_t{1} << 40) + 8));
}

TEST(ReplayWindowTest, NoRepeatIsEverAdmittedHoweverIdsAreShuffled) {
  Random random(3);
  ReplayWindow window;
  std::set<uint64_t> admitted;
  uint64_t next = 1;
  for (int i = 0; i < 50'000; ++i) {
    const uint64_t id = random.Chance(0.6) ? next++ : next - std::min(next - 1, random.Below(9000));
    if (window.Admit(id)) {
      EXPECT_TRUE(admitted.insert(id).second) << id;
    }
  }
  EXPECT_GT(admitted.size(), 20'000u);
}

}  // namespace
}  // namespace quorate
