#include "quorum/recent_writes.h"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "base/random.h"

namespace quorate::quorum {
namespace {

const Identity kMe{NodeId(1), Boot(1)};
const Identity kOther{NodeId(2), Boot(1)};

Record At(uint64_t time, Dot dot) {
  Record record;
  record.time = HlcTime(time);
  record.dot = dot;
  return record;
}

SeenClock UpTo(const Identity& identity, uint64_t last) {
  SeenClock clock;
  clock.Add(identity, {1, last});
  return clock;
}

TEST(RecentWritesTest, WhatIsNewerThanAllIsTheNewest) {
  RecentWrites recent(HlcTime(100), UpTo(kMe, 5));
  EXPECT_TRUE(recent.IsNewest("k", At(101, {kOther, 1}), UpTo(kMe, 5)));
  EXPECT_FALSE(recent.IsNewest("k", At(100, {kOther, 1}), UpTo(kMe, 5)))
      << "a record may be as new";
  EXPECT_FALSE(recent.IsNewest("k", At(101, {kOther, 1}), UpTo(kMe, 4)))
      << "it may be concurrent to the record of the dot that it lacks";
}

TEST(RecentWritesTest, AWriteOfTheSameKeyStandsAgainstAnOlderOrConcurrentOne) {
  RecentWrites recent(HlcTime(0), {});
  recent.Note("k", At(50, {kMe, 1}), UpTo(kMe, 1));
  EXPECT_FALSE(recent.IsNewest("k", At(49, {kOther, 1}), UpTo(kMe, 1)));
  EXPECT_FALSE(recent.IsNewest("k", At(51, {kOther, 1}), {}));
  EXPECT_TRUE(recent.IsNewest("k", At(51, {kOther, 1}), UpTo(kMe, 1)));
  EXPECT_TRUE(recent.IsNewest("another", At(49, {kOther, 1}), {}));
}

TEST(RecentWritesTest, AnOlderRecordInItsPlaceDoesNotMakeItForgetTheNewer) {
  RecentWrites recent(HlcTime(0), {});
  recent.Note("k", At(50, {kMe, 2}), UpTo(kMe, 2));
  recent.Note("k", At(40, {kMe, 1}), UpTo(kMe, 2));
  EXPECT_FALSE(recent.IsNewest("k", At(45, {kOther, 1}), UpTo(kMe, 2)));
}

TEST(RecentWritesTest, AWriterIsNeverInConflictWithItself) {
  RecentWrites recent(HlcTime(0), {});
  recent.Note("k", At(50, {kMe, 1}), UpTo(kMe, 1));
  EXPECT_TRUE(recent.IsNewest("k", At(51, {kMe, 2}), {}));
}

// Against a map of everything: it may say no, but yes only where that is true.
TEST(RecentWritesTest, NeverSaysYesWhereAllThatIsHeldSaysNo) {
  Random random(7);
  RecentWrites recent(HlcTime(0), {});
  std::map<std::string, Record> held;
  SeenClock seen;
  std::map<Identity, uint64_t> counters;
  int yes = 0;
  for (uint64_t now = 1; now < 40'000; ++now) {
    const std::string key = std::to_string(random.Below(12'000));
    SeenClock context = UpTo(kMe, 1 + random.Below(counters[kMe] + 1));
    if (random.Below(4) != 0) context = seen;
    const Identity& writer = random.Below(2) == 0 ? kMe : kOther;
    const Record record = At(now + random.Below(2'000), {writer, ++counters[writer]});
    const auto mine = held.find(key);
    if (recent.IsNewest(key, record, context)) {
      ++yes;
      if (mine != held.end()) {
        ASSERT_LT(mine->second.time, record.time);
        ASSERT_TRUE(mine->second.dot.identity == writer || context.Contains(mine->second.dot));
      }
    }
    seen.Add(record.dot);
    if (mine != held.end() && Older(record, mine->second)) continue;
    held[key] = record;
    recent.Note(key, record, seen);
  }
  EXPECT_GT(yes, 10'000) << "most writes need no look";
}

}  // namespace
}  // namespace quorate::quorum
