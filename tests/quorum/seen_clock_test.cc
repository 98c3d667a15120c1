#include "quorum/seen_clock.h"

#include <gtest/gtest.h>

#include "base/random.h"
#include "quorum/bytes.h"

namespace quorate::quorum {
namespace {

Identity N(uint64_t node, uint64_t boot = 1) { return {NodeId(node), Boot(boot)}; }

SeenClock RandomClock(Random& random) {
  SeenClock clock;
  for (uint64_t i = random.Below(6); i > 0; --i) {
    const uint64_t first = random.Between(1, 20);
    clock.Add(N(random.Between(1, 3), random.Between(1, 3)), {first, first + random.Below(5)});
  }
  if (random.Chance(0.3)) clock.End(NodeId(random.Between(1, 3)), Boot(random.Between(2, 3)));
  return clock;
}

TEST(SeenClockTest, KeepsTheHolesOfEachIdentity) {
  SeenClock clock;
  clock.Add({N(1), 1});
  clock.Add({N(1), 3});
  clock.Add({N(2), 2});
  EXPECT_TRUE(clock.Contains({N(1), 3}));
  EXPECT_FALSE(clock.Contains({N(1), 2}));
  EXPECT_FALSE(clock.Contains({N(1, 2), 1}));
  EXPECT_EQ(clock.ToString(), "n1b1:1,3 n2b1:2");
}

TEST(SeenClockTest, AnEndedBootHasNothingMoreToBeSeen) {
  SeenClock clock;
  clock.Add(N(1), {1, 9});
  clock.End(NodeId(1), Boot(2));
  EXPECT_EQ(clock.size(), 0u);
  EXPECT_TRUE(clock.Contains({N(1), 12}));
  EXPECT_FALSE(clock.Contains({N(1, 2), 1}));
  clock.End(NodeId(1), Boot(1));
  EXPECT_TRUE(clock.Ended(N(1))) << "what has ended doesn't begin again";
}

TEST(SeenClockTest, TheDifferenceIsWhatTheOtherLacks) {
  SeenClock mine;
  mine.Add(N(1), {1, 10});
  mine.Add(N(2), {1, 4});
  mine.Add(N(3), {1, 2});
  SeenClock theirs;
  theirs.Add(N(1), {1, 7});
  theirs.Add(N(1), {9, 9});
  theirs.Add(N(2), {1, 6});
  theirs.End(NodeId(3), Boot(2));
  mine.Subtract(theirs);
  EXPECT_EQ(mine.ToString(), "n1b1:8,10");
}

TEST(SeenClockTest, MergingCoversBothAndIntersectingIsCoveredByBoth) {
  for (uint64_t seed = 1; seed <= 500; ++seed) {
    Random random(seed);
    const SeenClock a = RandomClock(random);
    const SeenClock b = RandomClock(random);
    SeenClock ab = a;
    ab.Merge(b);
    SeenClock ba = b;
    ba.Merge(a);
    ASSERT_EQ(ab, ba);
    ASSERT_TRUE(ab.Covers(a) && ab.Covers(b));
    const SeenClock both = Intersect(a, b);
    ASSERT_EQ(both, Intersect(b, a));
    ASSERT_TRUE(a.Covers(both) && b.Covers(both)) << a.ToString() << " and " << b.ToString();
    for (int i = 0; i < 50; ++i) {
      const Dot dot{N(random.Between(1, 3), random.Between(1, 3)), random.Between(1, 25)};
      ASSERT_EQ(ab.Contains(dot), a.Contains(dot) || b.Contains(dot));
      ASSERT_EQ(both.Contains(dot), a.Contains(dot) && b.Contains(dot));
    }
  }
}

TEST(SeenClockTest, ComesBackAsItWasAndNothingElseIsTaken) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    Random random(seed);
    const SeenClock clock = RandomClock(random);
    std::string bytes;
    clock.AppendTo(bytes);
    Reader reader(bytes);
    ASSERT_EQ(SeenClock::TakeFrom(reader), clock);
    ASSERT_TRUE(reader.done());
    for (size_t cut = 0; cut < bytes.size(); ++cut) {
      Reader short_of(std::string_view(bytes).substr(0, cut));
      (void)SeenClock::TakeFrom(short_of);
      ASSERT_FALSE(short_of.ok());
    }
  }
}

TEST(SeenClockTest, WhateverBytesAreTakenMeanAClockThatCanBeWritten) {
  uint64_t taken = 0;
  for (uint64_t seed = 1; seed <= 20'000; ++seed) {
    Random random(seed);
    std::string bytes;
    for (uint64_t i = random.Below(14); i > 0; --i) {
      bytes.push_back(static_cast<char>(random.Chance(0.9) ? random.Below(4) : random.Next()));
    }
    Reader reader(bytes);
    const SeenClock clock = SeenClock::TakeFrom(reader);
    if (!reader.done()) continue;
    std::string again;
    clock.AppendTo(again);
    Reader second(again);
    ASSERT_EQ(SeenClock::TakeFrom(second), clock);
    ASSERT_LE(again.size(), bytes.size());
    ++taken;
  }
  EXPECT_GT(taken, 10u);
}

TEST(SeenClockTest, OfThreeReplicasAtRestTakesFewBytes) {
  SeenClock clock;
  for (uint64_t node = 1; node <= 3; ++node) clock.Add(N(node, 40), {1, 5'000'000});
  std::string bytes;
  clock.AppendTo(bytes);
  EXPECT_LE(bytes.size(), 30u);
}

}  // namespace
}  // namespace quorate::quorum
