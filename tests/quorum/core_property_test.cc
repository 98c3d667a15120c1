// Random schedules of the leaderless core. A seed that fails is run again, with
// its story, by QUORATE_QUORUM_SEED=n; QUORATE_QUORUM_SEEDS=n runs up to n.
#include <gtest/gtest.h>

#include "quorum/lww.h"
#include "schedule.h"
#include "seeds.h"

namespace quorate::quorum {
namespace {

constexpr uint64_t kSeeds = 150;

TEST(CorePropertyTest, WhateverHappensClientsGetWhatWasPromisedAndReplicasBecomeAlike) {
  const Seeds seeds(kSeeds);
  std::map<std::string, uint64_t> counts;
  for (uint64_t seed = seeds.first; seed <= seeds.last; ++seed) {
    ScheduleOptions options;
    options.seed = seed;
    options.trace = seeds.one();
    Schedule schedule(options);
    ASSERT_EQ(schedule.Run(), "") << "seed " << seed;
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
    for (const auto& [what, count] : schedule.counts()) counts[what] += count;
  }
  for (const auto& [what, count] : counts) RecordProperty(what, std::to_string(count));
  if (seeds.one()) return;
  for (const char* what :
       {"write QUORUM done", "write QUORUM REPLICAS_MISSING", "write ALL DEADLINE_EXCEEDED",
        "write QUORUM REPLICAS_LOST", "read QUORUM done", "read ALL done", "read SESSION done",
        "read SESSION SESSION_NOT_COVERED", "read BOUNDED done", "read BOUNDED BOUND_NOT_MET",
        "read QUORUM REPLICAS_MISSING"}) {
    EXPECT_GT(counts[what], 0u) << "no schedule reached: " << what;
  }
}

TEST(CorePropertyTest, NoQuorumForgetsAnythingWhenADiskIsLost) {
  const Seeds seeds(60);
  uint64_t wiped = 0;
  for (uint64_t seed = seeds.first; seed <= seeds.last; ++seed) {
    ScheduleOptions options;
    options.seed = seed;
    options.wipes = true;
    options.trace = seeds.one();
    Schedule schedule(options);
    ASSERT_EQ(schedule.Run(), "") << "seed " << seed;
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
    wiped += schedule.wiped();
  }
  EXPECT_TRUE(seeds.one() || wiped > seeds.last) << wiped;
}

TEST(CorePropertyTest, AnOlderCopyOfADiskIsNoticedUnlessOthersCanTellAllThatItLacks) {
  const Seeds seeds(60);
  uint64_t noticed = 0;
  uint64_t caught_up = 0;
  for (uint64_t seed = seeds.first; seed <= seeds.last; ++seed) {
    ScheduleOptions options;
    options.seed = seed;
    options.old_copies = true;
    options.trace = seeds.one();
    Schedule schedule(options);
    ASSERT_EQ(schedule.Run(), "") << "seed " << seed;
    ASSERT_FALSE(HasFailure()) << "seed " << seed;
    noticed += schedule.noticed();
    caught_up += schedule.caught_up();
  }
  RecordProperty("noticed", std::to_string(noticed));
  RecordProperty("caught up", std::to_string(caught_up));
  EXPECT_TRUE(seeds.one() || noticed > seeds.last / 2) << noticed;
  EXPECT_TRUE(seeds.one() || caught_up > seeds.last / 4) << caught_up;
}

// The first seed in which it is noticed, and how; 0: in none.
std::pair<uint64_t, std::string> Hunt(ScheduleOptions options, uint64_t seeds) {
  seeds = Seeds(seeds).last;
  for (options.seed = 1; options.seed <= seeds; ++options.seed) {
    Schedule schedule(options);
    if (const std::string wrong = schedule.Run(); !wrong.empty()) {
      std::cout << "seed " << options.seed << ": " << wrong << "\n";
      return {options.seed, wrong};
    }
  }
  return {0, ""};
}

uint64_t HuntBug(bool Bugs::*bug, uint64_t seeds, uint64_t keys = 0) {
  ScheduleOptions options;
  options.keys = keys;
  options.bugs.*bug = true;
  return Hunt(options, seeds).first;
}

TEST(CorePropertyTest, CatchesAcknowledgingBeforeTheSync) {
  EXPECT_NE(HuntBug(&Bugs::ack_before_sync, 50), 0u);
}
TEST(CorePropertyTest, CatchesMessagesOfAnOlderBoot) {
  // Seen in about one schedule of a thousand.
  EXPECT_NE(HuntBug(&Bugs::accept_older_boot, 6000, 40), 0u);
}
TEST(CorePropertyTest, CatchesTrustInAClockThatWasOnlyHeard) {
  // Seen in about one schedule of a thousand.
  EXPECT_NE(HuntBug(&Bugs::trust_heard_clock, 6000, 3), 0u);
}
TEST(CorePropertyTest, CatchesABaseRaisedPastAHole) {
  EXPECT_NE(HuntBug(&Bugs::raise_past_hole, 50), 0u);
}
TEST(CorePropertyTest, CatchesATombstoneDroppedEarly) {
  EXPECT_NE(HuntBug(&Bugs::drop_tombstones_early, 50), 0u);
}
TEST(CorePropertyTest, CatchesAQuorumReadWithoutWriteBack) {
  EXPECT_NE(HuntBug(&Bugs::no_write_back, 400, 1), 0u);
}
TEST(CorePropertyTest, CatchesAHintCountedAsAReplica) {
  EXPECT_NE(HuntBug(&Bugs::count_unreachable, 50), 0u);
}
TEST(CorePropertyTest, CatchesRecordsToldBeforeTheyAreDurable) {
  EXPECT_NE(HuntBug(&Bugs::tell_before_sync, 200), 0u);
}
TEST(CorePropertyTest, CatchesABootKeptOverARestart) {
  ScheduleOptions options;
  options.keep_boot = true;
  EXPECT_NE(Hunt(options, 50).first, 0u);
}

TEST(CorePropertyTest, CatchesAnOlderCopyThatTakesTheEndOfABootOnTrust) {
  ScheduleOptions options;
  options.old_copies = true;
  options.bugs.trust_told_ends = true;
  EXPECT_NE(Hunt(options, 300).first, 0u);
}
TEST(CorePropertyTest, CatchesAnOlderCopyOfADiskThatIsUsedAllTheSame) {
  ScheduleOptions options;
  options.old_copies = options.unnoticed = true;
  EXPECT_NE(Hunt(options, 50).first, 0u);
}

class KeepsTheLoser final : public ConflictPolicy {
 public:
  absl::StatusOr<Record> Write(std::string_view key, const Record* current, Change change, Dot dot,
                               HlcTime time, const SeenClock& seen) const override {
    return lww_.Write(key, current, change, dot, time, seen);
  }
  Record Merge(std::string_view, const Record& mine, const Record& theirs, const SeenClock&,
               ConflictSink&) const override {
    return Older(mine, theirs) ? mine : theirs;
  }
  bool NewestWins() const override { return true; }

 private:
  LastWriteWins lww_;
};

TEST(CorePropertyTest, CatchesAMergeThatKeepsTheLoser) {
  const KeepsTheLoser policy;
  ScheduleOptions options;
  options.policy = &policy;
  EXPECT_NE(Hunt(options, 50).first, 0u);
}

}  // namespace
}  // namespace quorate::quorum
