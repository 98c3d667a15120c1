#include "ring/levels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"

namespace quorate::ring {
namespace {

constexpr uint8_t kLevels = static_cast<uint8_t>(Level::kLinearizable) + 1;

TEST(LevelsTest, RaftHonoursTheseAndRefusesAllOthers) {
  const std::vector<Level> reads = {Level::kLinearizable, Level::kQuorum,  Level::kLease,
                                    Level::kBounded,      Level::kSession, Level::kOne};
  const std::vector<Level> writes = {Level::kAll, Level::kQuorum, Level::kLinearizable,
                                     Level::kOne};
  for (uint8_t i = 0; i < kLevels; ++i) {
    const Level level = static_cast<Level>(i);
    const auto in = [&](const auto& list) {
      return std::find(list.begin(), list.end(), level) != list.end();
    };
    EXPECT_EQ(CheckReadLevel(Mode::kRaft, level).ok(), in(reads)) << LevelName(level);
    EXPECT_EQ(CheckWriteLevel(Mode::kRaft, level).ok(), in(writes)) << LevelName(level);
  }
}

TEST(LevelsTest, ARefusalListsWhatIsAllowed) {
  const absl::Status read = CheckReadLevel(Mode::kRaft, Level::kAll);
  EXPECT_EQ(read.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(read), "LEVEL_UNSUPPORTED");
  EXPECT_EQ(read.message(),
            "a read at ALL: a keyspace in raft mode allows LINEARIZABLE, QUORUM, LEASE, BOUNDED, "
            "SESSION, ONE");
  EXPECT_EQ(CheckWriteLevel(Mode::kRaft, Level::kAny).message(),
            "a write at ANY: a keyspace in raft mode allows ALL, QUORUM, LINEARIZABLE, ONE");
}

TEST(LevelsTest, AModeThatIsNotThereIsRefusedBeforeItsLevels) {
  for (const absl::Status& status :
       {CheckMode(Mode::kNone), CheckReadLevel(Mode::kNone, Level::kOne),
        CheckWriteLevel(Mode::kNone, Level::kQuorum)}) {
    EXPECT_EQ(ReasonOf(status), "MODE_NOT_SUPPORTED");
    EXPECT_THAT(std::string(status.message()),
                ::testing::HasSubstr("this build supports raft and quorum"));
  }
}

TEST(LevelsTest, ALeaderlessKeyspaceHasNoLevelThatNeedsOneOrder) {
  for (const Level level : {Level::kLinearizable, Level::kLease}) {
    EXPECT_EQ(ReasonOf(CheckReadLevel(Mode::kQuorum, level)), "LEVEL_UNSUPPORTED");
    EXPECT_EQ(ReasonOf(CheckWriteLevel(Mode::kQuorum, level)), "LEVEL_UNSUPPORTED");
  }
  for (const Level level : {Level::kOne, Level::kTwo, Level::kQuorum, Level::kAll}) {
    EXPECT_TRUE(CheckReadLevel(Mode::kQuorum, level).ok());
    EXPECT_TRUE(CheckWriteLevel(Mode::kQuorum, level).ok());
  }
}

TEST(LevelsTest, AWriteAtAnyAndAReadInASessionAreOfALeaderlessKeyspace) {
  EXPECT_TRUE(CheckWriteLevel(Mode::kQuorum, Level::kAny).ok());
  EXPECT_EQ(ReasonOf(CheckReadLevel(Mode::kQuorum, Level::kAny)), "LEVEL_UNSUPPORTED");
  EXPECT_TRUE(CheckReadLevel(Mode::kQuorum, Level::kSession).ok());
  EXPECT_EQ(ReasonOf(CheckWriteLevel(Mode::kQuorum, Level::kSession)), "LEVEL_UNSUPPORTED");
}

TEST(LevelsTest, RegistersAreWrittenLinearizablyOnlyAndReadAtMore) {
  constexpr Conflict kRegister = Conflict::kRegister;
  for (uint8_t i = 0; i < kLevels; ++i) {
    const Level level = static_cast<Level>(i);
    EXPECT_EQ(CheckWriteLevel(Mode::kQuorum, level, kRegister).ok(), level == Level::kLinearizable);
  }
  for (const Level level : {Level::kLinearizable, Level::kOne, Level::kTwo, Level::kQuorum,
                            Level::kLocalQuorum, Level::kAll, Level::kBounded, Level::kSession}) {
    EXPECT_TRUE(CheckReadLevel(Mode::kQuorum, level, kRegister).ok()) << LevelName(level);
  }
  EXPECT_EQ(CheckWriteLevel(Mode::kQuorum, Level::kOne, kRegister).message(),
            "a write at ONE: a keyspace in quorum mode of registers allows LINEARIZABLE");
  EXPECT_EQ(DefaultReadLevel(Mode::kQuorum, kRegister), Level::kLinearizable);
  EXPECT_EQ(DefaultWriteLevel(Mode::kQuorum, kRegister), Level::kLinearizable);
}

TEST(LevelsTest, EachModesDefaultsAreAllowedInIt) {
  for (const Mode mode : {Mode::kRaft, Mode::kQuorum}) {
    EXPECT_TRUE(CheckReadLevel(mode, DefaultReadLevel(mode)).ok());
    EXPECT_TRUE(CheckWriteLevel(mode, DefaultWriteLevel(mode)).ok());
  }
}

}  // namespace
}  // namespace quorate::ring
