#include "ring/guarantees.h"

#include <gtest/gtest.h>

#include "ring/levels.h"

namespace quorate::ring {
namespace {

TEST(GuaranteesTest, EachLevelThatIsHonouredHasItsPromise) {
  for (const Mode mode : {Mode::kRaft, Mode::kQuorum}) {
    for (const Level level : ReadLevels(mode)) {
      EXPECT_NE(FindGuarantee(mode, Access::kRead, level), nullptr) << LevelName(level);
    }
    for (const Level level : WriteLevels(mode)) {
      EXPECT_NE(FindGuarantee(mode, Access::kWrite, level), nullptr) << LevelName(level);
    }
  }
  for (const Conflict conflict : {Conflict::kLww, Conflict::kRegister}) {
    for (const Level level : ReadLevels(Mode::kQuorum, conflict)) {
      EXPECT_NE(FindGuarantee(Mode::kQuorum, Access::kRead, level, conflict), nullptr);
    }
    for (const Level level : WriteLevels(Mode::kQuorum, conflict)) {
      EXPECT_NE(FindGuarantee(Mode::kQuorum, Access::kWrite, level, conflict), nullptr);
    }
  }
}

TEST(GuaranteesTest, NoLevelStandsTwiceAndNoPromiseIsEmpty) {
  for (const Guarantee& one : AllGuarantees()) {
    const Conflict conflict = one.registers ? Conflict::kRegister : Conflict::kNone;
    EXPECT_EQ(FindGuarantee(one.mode, one.access, one.level, conflict), &one)
        << LevelName(one.level);
    EXPECT_FALSE(one.promise.empty() || one.promise.ends_with('.')) << LevelName(one.level);
  }
}

TEST(GuaranteesTest, WhatAModeRefusesHasNone) {
  EXPECT_EQ(FindGuarantee(Mode::kRaft, Access::kRead, Level::kAll), nullptr);
  EXPECT_EQ(FindGuarantee(Mode::kRaft, Access::kWrite, Level::kSession), nullptr);
  EXPECT_NE(FindGuarantee(Mode::kRaft, Access::kRead, Level::kLease), nullptr);
}

TEST(GuaranteesTest, SharesAreCounted) {
  for (uint32_t replicas = 1; replicas <= 7; ++replicas) {
    EXPECT_EQ(CountOf(Share::kNone, replicas), 0u);
    EXPECT_EQ(CountOf(Share::kOne, replicas), 1u);
    EXPECT_GT(2 * CountOf(Share::kMajority, replicas), replicas);
    EXPECT_LE(2 * (CountOf(Share::kMajority, replicas) - 1), replicas);
    EXPECT_EQ(CountOf(Share::kAll, replicas), replicas);
  }
}

}  // namespace
}  // namespace quorate::ring
