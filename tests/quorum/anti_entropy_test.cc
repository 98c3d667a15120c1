// What replicas that missed something ask for, and how much comes of it.
#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "cluster.h"

namespace quorate::quorum {
namespace {

constexpr uint64_t kAway = 3;
constexpr int kMissed = 50;

void WriteWhatOneMisses(Cluster& cluster) {
  cluster.Settle();
  cluster.Isolate(kAway);
  for (int i = 0; i < kMissed; ++i) {
    cluster.Put(1 + i % 2, "k" + std::to_string(i), "v", Level::kQuorum);
  }
  cluster.Settle(20);
}

bool HasAll(Cluster& cluster) {
  return cluster.store(kAway).records.size() == static_cast<size_t>(kMissed);
}

// Delivers all there is, and all that comes of it; the records that went to who
// was away.
size_t RecordsSentWhileDelivering(Cluster& cluster) {
  size_t records = 0;
  while (!cluster.in_flight().empty()) {
    const Message& message = cluster.in_flight().front();
    const auto* answer = std::get_if<SyncAnswer>(&message.body);
    if (answer != nullptr && message.to == NodeId(kAway)) records += answer->records.size();
    cluster.DeliverAt(0);
  }
  return records;
}

TEST(AntiEntropyTest, WhoComesBackIsSentWhatItMissedByOneOfThoseThatHaveIt) {
  Cluster cluster({});
  WriteWhatOneMisses(cluster);
  cluster.Heal();
  EXPECT_EQ(RecordsSentWhileDelivering(cluster), static_cast<size_t>(kMissed));
  EXPECT_TRUE(HasAll(cluster)) << "at once, without a tick";
}

TEST(AntiEntropyTest, WhoIsStartedAgainIsSentWhatItMissedByOneOfThoseThatHaveIt) {
  Cluster cluster({});
  WriteWhatOneMisses(cluster);
  cluster.Crash(kAway);
  cluster.Restart(kAway);
  cluster.Heal();
  size_t records = RecordsSentWhileDelivering(cluster);
  cluster.Tick(kAway);
  records += RecordsSentWhileDelivering(cluster);
  EXPECT_EQ(records, static_cast<size_t>(kMissed));
  EXPECT_TRUE(HasAll(cluster));
}

size_t RecordsFor(Cluster& cluster, uint64_t node) {
  size_t records = 0;
  for (const Message& message : cluster.in_flight()) {
    const auto* answer = std::get_if<SyncAnswer>(&message.body);
    if (answer != nullptr && message.to == NodeId(node)) records += answer->records.size();
  }
  return records;
}

void DeliverAsks(Cluster& cluster) {
  for (const Message& ask : cluster.Take(
           [](const Message& message) { return std::holds_alternative<SyncAsk>(message.body); })) {
    cluster.Deliver(ask);
  }
}

TEST(AntiEntropyTest, WhatIsOnItsWayIsNotSentOnceMore) {
  Cluster cluster({});
  cluster.Settle();
  cluster.Put(1, "k", "v", Level::kOne);
  const auto under_way = cluster.Take(
      [](const Message& message) { return std::holds_alternative<WriteAsk>(message.body); });
  cluster.Pass(absl::Milliseconds(150));
  cluster.Tick(3);
  DeliverAsks(cluster);
  EXPECT_EQ(RecordsFor(cluster, 3), 0u);
  cluster.DeliverAll();
  EXPECT_EQ(cluster.Value(3, "k"), "");
  for (const Message& write : under_way) cluster.Deliver(write);
  cluster.DeliverAll();
  EXPECT_EQ(cluster.Value(3, "k"), "v");
}

TEST(AntiEntropyTest, WhatWasLostOnItsWayIsSentSoonAfter) {
  Cluster cluster({});
  cluster.Settle();
  cluster.Put(1, "k", "v", Level::kOne);
  (void)cluster.Take([](const Message&) { return true; });
  cluster.Settle(10);  // half a second
  for (uint64_t node : {2, 3}) EXPECT_EQ(cluster.Value(node, "k"), "v") << node;
}

// Whose dots are on their way has more to tell; nobody has forgotten anything.
TEST(AntiEntropyTest, WhoIsStillSentSomethingIsNotTakenForOneThatForgotIt) {
  Cluster cluster({});
  cluster.Settle();
  cluster.Put(1, "k", "v", Level::kOne);
  (void)cluster.Take(
      [](const Message& message) { return std::holds_alternative<WriteAsk>(message.body); });
  cluster.Pass(absl::Milliseconds(150));
  cluster.Tick(3);
  cluster.DeliverAll();
  EXPECT_FALSE(cluster.core(3).knowledge().seen.Covers(cluster.core(1).knowledge().seen));
  EXPECT_FALSE(cluster.core(3).has_forgotten());
}

TEST(AntiEntropyTest, AnotherIsAskedWhereTheFirstSaysNothing) {
  for (const uint64_t mute : {1u, 2u}) {
    Cluster cluster({});
    WriteWhatOneMisses(cluster);
    cluster.Heal();
    cluster.Take([](const Message&) { return true; });
    cluster.Cut(mute, kAway);
    for (int i = 0; i < 24; ++i) {  // two waits for an answer
      cluster.Pass(absl::Milliseconds(50));
      for (uint64_t node = 1; node <= 3; ++node) cluster.Tick(node);
      cluster.DeliverAll();
    }
    EXPECT_TRUE(HasAll(cluster)) << "n" << mute << " is mute";
  }
}

TEST(AntiEntropyTest, OneThatIsGoneInTheMiddleOfItsAnswerHoldsNobodyUp) {
  Cluster cluster({});
  WriteWhatOneMisses(cluster);
  cluster.Heal();
  cluster.Take([](const Message& message) {
    return message.to == NodeId(kAway) && std::holds_alternative<SyncAnswer>(message.body);
  });
  cluster.PeerGone(kAway, 1);
  cluster.Cut(1, kAway);
  cluster.Pass(absl::Milliseconds(15));
  cluster.Tick(kAway);
  cluster.DeliverAll();
  EXPECT_TRUE(HasAll(cluster));
}

}  // namespace
}  // namespace quorate::quorum
