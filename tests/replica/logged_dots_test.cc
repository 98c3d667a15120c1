#include "replica/logged_dots.h"

#include <gtest/gtest.h>

#include "quorum/bytes.h"
#include "storage/mem_engine.h"

namespace quorate {
namespace {

using quorum::Dot;
using quorum::Identity;
using quorum::LoggedDot;
using quorum::SeenClock;

constexpr PartitionId kPartition{7};
const Identity kOne{NodeId(1), Boot(1)};
const Identity kTwo{NodeId(2), Boot(3)};

SeenClock Range(const Identity& identity, uint64_t first, uint64_t last) {
  SeenClock clock;
  clock.Add(identity, {first, last});
  return clock;
}

class LoggedDotsTest : public ::testing::Test {
 protected:
  LoggedDotsTest() { EXPECT_TRUE(dots_.Load({}).ok()); }

  // Dot n of the identity by the entry at n.
  void Add(const Identity& identity, uint64_t first, uint64_t last) {
    for (uint64_t n = first; n <= last; ++n) {
      dots_.Add({identity, n}, "key " + std::to_string(n), LogIndex(n));
    }
  }
  void Drop(const SeenClock& clock, uint64_t index) {
    EngineBatch batch;
    dots_.Drop(clock, LogIndex(index), batch);
    EXPECT_TRUE(engine_.Write(batch).ok());
  }
  std::string Found(const Identity& identity, uint64_t first, uint64_t last, size_t limit = 100) {
    std::vector<LoggedDot> found;
    EXPECT_TRUE(dots_.Find(identity, {first, last}, limit, found).ok());
    std::string text;
    for (const LoggedDot& dot : found) {
      EXPECT_EQ(dot.key, "key " + std::to_string(dot.dot.counter));
      text += (text.empty() ? "" : " ") + std::to_string(dot.dot.counter);
    }
    return text;
  }
  uint64_t Releasable(uint64_t durable) {
    return dots_.Releasable(LogIndex(durable)).value().value();
  }

  MemEngine engine_{MemEngineOptions{}};
  LoggedDots dots_{kPartition, engine_};
};

TEST_F(LoggedDotsTest, FindsYoungAndOldInOneOrder) {
  Add(kOne, 1, 3);
  ASSERT_TRUE(dots_.MoveUpTo(LogIndex(3)).ok());
  Add(kOne, 4, 6);
  Add(kTwo, 5, 5);
  EXPECT_EQ(Found(kOne, 2, 5), "2 3 4 5");
  EXPECT_EQ(Found(kOne, 2, 6, 3), "2 3 4");
  EXPECT_EQ(Found(kTwo, 1, 9), "5");
  EXPECT_EQ(dots_.YoungClock().ToString(), "n1b1:4-6 n2b3:5");
  EXPECT_EQ(dots_.All().ToString(), "n1b1:1-6 n2b3:5");
}

TEST_F(LoggedDotsTest, DropsThemWhereverTheyAre) {
  Add(kOne, 1, 3);
  ASSERT_TRUE(dots_.MoveUpTo(LogIndex(2)).ok());
  Add(kTwo, 4, 4);
  Drop(Range(kOne, 2, 3), 5);
  EXPECT_EQ(dots_.All().ToString(), "n1b1:1 n2b3:4");
  Drop(Range(kOne, 1, 1), 6);
  Drop(Range(kTwo, 4, 4), 7);
  EXPECT_TRUE(dots_.All().empty());
  EXPECT_EQ(Found(kOne, 1, 9), "");
}

TEST_F(LoggedDotsTest, TheLogIsKeptFromTheOldestYoungOne) {
  Add(kOne, 4, 6);
  EXPECT_EQ(Releasable(9), 3u);
  EXPECT_EQ(Releasable(2), 2u);
}

TEST_F(LoggedDotsTest, OneThatIsCoveredHoldsTheLogUntilThatIsDurable) {
  Add(kOne, 4, 6);
  Drop(Range(kOne, 4, 5), 8);
  EXPECT_EQ(Releasable(7), 3u) << "a crash leaves a state in which it was young";
  EXPECT_EQ(Releasable(8), 5u);
  Drop(Range(kOne, 6, 6), 9);
  EXPECT_EQ(Releasable(9), 9u);
}

TEST_F(LoggedDotsTest, ManyCoveringsHoldTheLogNoShorterAndLittleLonger) {
  for (uint64_t n = 1; n < 10'000; ++n) {
    Add(kOne, 2 * n, 2 * n);
    Drop(Range(kOne, 2 * n, 2 * n), 2 * n + 1);
  }
  for (const uint64_t durable : {4'000u, 10'000u, 19'998u}) {
    // The entry at `durable` has a dot, and the next one says that it is covered.
    EXPECT_LT(Releasable(durable), durable);
    EXPECT_GT(Releasable(durable), durable - 1'000);
  }
  EXPECT_EQ(Releasable(19'999), 19'999u);
}

TEST_F(LoggedDotsTest, WhatGrowsOldGoesIntoTheEngine) {
  Add(kOne, 4, 5);
  ASSERT_TRUE(dots_.Age(LogIndex(5)).ok());
  EXPECT_FALSE(dots_.YoungClock().empty()) << "it may be covered in a moment";
  Add(kOne, 6, 6);
  ASSERT_TRUE(dots_.Age(LogIndex(6)).ok());
  EXPECT_EQ(dots_.YoungClock().ToString(), "n1b1:6");
  EXPECT_EQ(Releasable(9), 3u) << "it is there, but not durably";
  ASSERT_TRUE(engine_.Flush().ok());
  EXPECT_EQ(Releasable(9), 5u);

  LoggedDots again(kPartition, engine_);
  ASSERT_TRUE(again.Load({}).ok());
  EXPECT_EQ(again.All().ToString(), "n1b1:4-5");
}

TEST_F(LoggedDotsTest, KnowsWhatItsLogShouldHaveHadAndHasNot) {
  LoggedDots again(kPartition, engine_);
  ASSERT_TRUE(again.Load(Range(kOne, 4, 8)).ok());
  EXPECT_EQ(again.lost().ToString(), "n1b1:4-8");
  again.Add({kOne, 4}, "key 4", LogIndex(4));
  EngineBatch batch;
  again.Drop(Range(kOne, 5, 5), LogIndex(6), batch);
  EXPECT_EQ(again.lost().ToString(), "n1b1:6-8");
  again.AddOld({kOne, 7}, "key 7", batch);
  EXPECT_EQ(again.lost().ToString(), "n1b1:6,8");
  EXPECT_EQ(again.All().ToString(), "n1b1:4,7");
}

// Dots of one entry lie together, wherever they go from there.
TEST_F(LoggedDotsTest, ARowIsFoundAndDroppedInPartsAsOneByOne) {
  const auto keys = [](uint64_t first, uint64_t last) {
    std::string all;
    for (uint64_t n = first; n <= last; ++n) {
      quorum::AppendSized("key " + std::to_string(n), all);
    }
    return all;
  };
  dots_.AddRow(kOne, {1, 4}, keys(1, 4), LogIndex(1));
  dots_.AddRow(kOne, {5, 9}, keys(5, 9), LogIndex(2));
  EXPECT_EQ(Found(kOne, 1, 9), "1 2 3 4 5 6 7 8 9");
  EXPECT_EQ(Found(kOne, 3, 6), "3 4 5 6");
  EXPECT_EQ(Found(kOne, 3, 9, 3), "3 4 5");
  Drop(Range(kOne, 3, 6), 3);
  EXPECT_EQ(Found(kOne, 1, 9), "1 2 7 8 9");
  Drop(Range(kOne, 8, 8), 4);
  EXPECT_EQ(Found(kOne, 1, 9), "1 2 7 9");
  EXPECT_EQ(dots_.YoungClock().size(), 4u);
  EXPECT_EQ(Releasable(4), 0u);
  // What of it is here already stays as it is.
  dots_.AddRow(kOne, {8, 10}, keys(8, 10), LogIndex(5));
  EXPECT_EQ(Found(kOne, 1, 10), "1 2 7 8 9 10");
  Drop(Range(kOne, 1, 2), 5);
  EXPECT_EQ(Releasable(5), 1u) << "of the second entry two are left";
  ASSERT_TRUE(dots_.MoveUpTo(LogIndex(2)).ok());
  EXPECT_EQ(dots_.YoungClock(), [] {
    SeenClock clock = Range(kOne, 8, 8);
    clock.Merge(Range(kOne, 10, 10));
    return clock;
  }());
  EXPECT_EQ(Found(kOne, 1, 10), "7 8 9 10");
}

}  // namespace
}  // namespace quorate
