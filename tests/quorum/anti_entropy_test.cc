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
