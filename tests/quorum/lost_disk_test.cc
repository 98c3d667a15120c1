// Disks that were lost or have rotted, and how the other replicas make up for it.
#include <gtest/gtest.h>

#include <deque>

#include "base/error.h"
#include "cluster.h"

namespace quorate::quorum {
namespace {

TEST(LostDiskTest, AnEmptyDiskIsFilledByAllOthersBeforeItIsReadFrom) {
  Cluster cluster({});
  for (const char* key : {"a", "b", "c", "d"}) cluster.Put(1, key, "old", Level::kAll);
  cluster.Settle();
  EXPECT_TRUE(cluster.store(1).dot_log.empty()) << "no log has them any more";
  cluster.Isolate(2);
  cluster.Put(1, "a", "only n1 and n3", Level::kQuorum);
  cluster.Delete(1, "b", Level::kQuorum);
  cluster.DeliverAll();
  cluster.Crash(3);
  cluster.Wipe(3);
  cluster.Cut(3, 1);
  cluster.Cut(1, 3);
  cluster.Restart(3);
  cluster.Settle(20);
  EXPECT_FALSE(cluster.core(3).filled());
  const uint64_t get = cluster.Get(3, "a", Level::kOne);
  cluster.Heal();
  ASSERT_NE(cluster.Find(3, get), nullptr);
  EXPECT_EQ(ReasonOf(cluster.Find(3, get)->status), "REPLICA_FILLING");
  cluster.Settle();
  EXPECT_TRUE(cluster.core(3).filled());
  EXPECT_EQ(cluster.Value(3, "a"), "only n1 and n3");
  EXPECT_EQ(cluster.Value(3, "d"), "old");
  for (uint64_t node = 1; node <= 3; ++node) {
    EXPECT_EQ(cluster.store(node).records, cluster.store(1).records);
    EXPECT_EQ(cluster.store(node).records.size(), 3u);
    EXPECT_TRUE(cluster.store(node).dot_log.empty());
    EXPECT_EQ(cluster.core(node).knowledge().seen, cluster.core(1).knowledge().seen);
  }
}

TEST(LostDiskTest, IsFilledThoughEveryPageIsLongerOnItsWayThanItIsWaitedFor) {
  ClusterOptions options;
  options.config.sync_dots_max = 2;
  Cluster cluster(options);
  for (const char* key : {"a", "b", "c", "d", "e", "f"}) cluster.Put(1, key, "v", Level::kAll);
  cluster.Settle();
  cluster.Crash(3);
  cluster.Wipe(3);
  cluster.Restart(3);
  const auto is_page = [](const Message& message) {
    return std::holds_alternative<FillAnswer>(message.body);
  };
  constexpr int kRoundsOnTheWay = 50;  // of 20 ms: four times as long
  std::deque<std::pair<int, Message>> on_the_way;
  size_t sent = 0;
  for (int round = 0; round < 1000 && !cluster.core(3).filled(); ++round) {
    cluster.Pass(absl::Milliseconds(20));
    for (uint64_t node = 1; node <= 3; ++node) cluster.Tick(node);
    // What is answered is answered at once, but for pages.
    for (int way = 0; way < 3; ++way) {
      for (Message& page : cluster.Take(is_page)) {
        on_the_way.emplace_back(round + kRoundsOnTheWay, std::move(page));
        ++sent;
      }
      for (const Message& other : cluster.Take([](const Message&) { return true; })) {
        cluster.Deliver(other);
      }
    }
    while (!on_the_way.empty() && on_the_way.front().first <= round) {
      cluster.Deliver(on_the_way.front().second);
      on_the_way.pop_front();
    }
  }
  EXPECT_TRUE(cluster.core(3).filled());
  // Three pages of each of two, and at first some more than once.
  EXPECT_LE(sent, 2 * 3 + 2 * 3u);
}

TEST(LostDiskTest, WhatRotsIsFoundByComparingAndTakenFromTheOthers) {
  ClusterOptions options;
  options.config.verify_interval = absl::Seconds(1);
  options.config.verify_keys = 2;
  Cluster cluster(options);
  for (const char* key : {"a", "b", "c", "d", "e"}) {
    cluster.Put(1, key, "old", Level::kAll);
    cluster.DeliverAll();
  }
  const std::optional<Record> old = cluster.store(2).Lookup("d");
  cluster.Put(1, "d", "new", Level::kAll);
  cluster.Delete(1, "e", Level::kAll);
  cluster.Settle(600);
  for (uint64_t node = 1; node <= 3; ++node) EXPECT_EQ(cluster.core(node).records_repaired(), 0u);
  cluster.Damage(2, "a", std::nullopt);
  cluster.Damage(2, "d", old);
  cluster.Settle(1200);
  EXPECT_EQ(cluster.core(2).records_repaired(), 2u);
  EXPECT_EQ(cluster.core(1).records_repaired(), 0u);
  EXPECT_EQ(cluster.Value(2, "a"), "old");
  EXPECT_EQ(cluster.Value(2, "d"), "new");
  EXPECT_EQ(cluster.Value(2, "e"), "");
}

// The same write, by its name and time, with other bytes: no dot and no time-stamp can
// tell which are right, but most replicas can.
TEST(LostDiskTest, OtherBytesOfTheSameWriteGiveWayToWhatMostReplicasHold) {
  for (const uint64_t replicas : {2, 3, 5}) {
    ClusterOptions options;
    options.replicas = replicas;
    options.config.verify_interval = absl::Seconds(1);
    options.config.verify_keys = 2;
    Cluster cluster(options);
    for (const char* key : {"a", "b", "c", "d", "e"}) {
      cluster.Put(1, key, "right", Level::kAll);
      cluster.DeliverAll();
    }
    cluster.Settle(600);
    Record rotten = *cluster.store(2).Lookup("c");
    rotten.body = "wrong";
    cluster.Damage(2, "c", rotten);
    cluster.Settle(1200);
    const bool majority = replicas > 2;
    uint64_t repaired = 0;
    uint64_t disputed = 0;
    for (uint64_t node = 1; node <= replicas; ++node) {
      EXPECT_TRUE(!majority || cluster.Value(node, "c") == "right") << replicas;
      EXPECT_EQ(cluster.store(node).Lookup("c"), cluster.store(1).Lookup("c")) << replicas;
      repaired += cluster.core(node).records_repaired();
      disputed += cluster.core(node).records_disputed();
    }
    EXPECT_EQ(repaired, 1u) << replicas;
    EXPECT_EQ(disputed, majority ? 0u : 1u);
    EXPECT_TRUE(!majority || cluster.core(2).records_repaired() == 1);
  }
}

// A copy from before the last writes, made in the life that is the last before.
TEST(LostDiskTest, AnOlderCopyOfTheDiskIsNoticedThoughNobodyHasHeardOfALaterStart) {
  Cluster cluster({});
  cluster.Put(1, "k", "old", Level::kAll);
  cluster.Settle();
  const MapStore copy = cluster.disk(3);
  cluster.Put(1, "k", "new", Level::kAll);
  cluster.Settle();
  EXPECT_TRUE(cluster.store(1).dot_log.empty()) << "no log tells of it any more";
  cluster.Crash(3);
  cluster.Replace(3, copy);
  cluster.Restart(3);
  cluster.Settle(1);
  EXPECT_TRUE(cluster.core(3).has_forgotten());
  EXPECT_FALSE(cluster.core(1).has_forgotten());
}

// What an older copy lacks may be of a boot that has ended since, whose dots nobody
// names any more.
bool NoticesAnOlderCopyOnceABootHasEnded(bool trusts) {
  ClusterOptions options;
  options.config.bugs.trust_told_ends = trusts;
  Cluster cluster(options);
  cluster.ExpectViolations();
  cluster.Put(1, "k", "old", Level::kAll);
  cluster.Settle();
  const MapStore copy = cluster.disk(3);
  cluster.Put(1, "k", "new", Level::kAll);
  cluster.Settle();
  cluster.Crash(1);
  cluster.Restart(1);
  cluster.Settle(600);
  EXPECT_EQ(cluster.core(3).knowledge().seen.ToString(), "n1<b2") << "all of it has ended";
  cluster.Crash(3);
  cluster.Replace(3, copy);
  cluster.Restart(3);
  cluster.Settle(5);
  EXPECT_FALSE(cluster.core(1).has_forgotten());
  EXPECT_FALSE(cluster.core(2).has_forgotten());
  return cluster.core(3).has_forgotten();
}

TEST(LostDiskTest, AnOlderCopyIsNoticedAlsoByWhatItLacksOfABootThatHasEnded) {
  EXPECT_TRUE(NoticesAnOlderCopyOnceABootHasEnded(false));
  EXPECT_FALSE(NoticesAnOlderCopyOnceABootHasEnded(true)) << "the rule isn't what this is about";
}

}  // namespace
}  // namespace quorate::quorum
