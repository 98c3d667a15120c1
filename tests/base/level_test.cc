#include "base/level.h"

#include <gtest/gtest.h>

#include <cctype>
#include <string>

#include "quorate/v1/kv.pb.h"

namespace quorate {
namespace {

constexpr uint8_t kLevels = static_cast<uint8_t>(Level::kLinearizable) + 1;

TEST(LevelTest, NamesComeBackInAnyCase) {
  for (uint8_t i = 0; i < kLevels; ++i) {
    const Level level = static_cast<Level>(i);
    std::string name(LevelName(level));
    EXPECT_EQ(LevelFromName(name), level) << name;
    name[0] = static_cast<char>(std::tolower(name[0]));
    EXPECT_EQ(LevelFromName(name), level) << name;
  }
  EXPECT_EQ(LevelFromName("eventual"), Level::kOne);
  EXPECT_EQ(LevelFromName("most"), std::nullopt);
  EXPECT_EQ(LevelFromName(""), std::nullopt);
}

TEST(LevelTest, NumbersAndNamesAreThoseOfTheWire) {
  EXPECT_EQ(kLevels, v1::Level_ARRAYSIZE);
  for (uint8_t i = 1; i < kLevels; ++i) {
    EXPECT_EQ("LEVEL_" + std::string(LevelName(static_cast<Level>(i))),
              v1::Level_Name(static_cast<v1::Level>(i)));
  }
  EXPECT_EQ(static_cast<int>(Mode::kRaft), v1::MODE_RAFT);
  EXPECT_EQ(static_cast<int>(Mode::kQuorum), v1::MODE_QUORUM);
}

TEST(LevelTest, WhatIsNoLevelHasNoName) {
  EXPECT_EQ(LevelName(static_cast<Level>(kLevels)), "UNKNOWN");
  EXPECT_EQ(ModeName(static_cast<Mode>(9)), "none");
}

}  // namespace
}  // namespace quorate
