// Which writes are told to the conflict journal: each that lost to one whose
// writer did not know it, and no other where that can be known.
#include <gtest/gtest.h>

#include <set>

#include "base/random.h"
#include "cluster.h"

namespace quorate::quorum {
namespace {

std::set<std::string> Bodies(const std::vector<Discard>& discards) {
  std::set<std::string> bodies;
  for (const Discard& discard : discards) bodies.insert(discard.loser.body);
  return bodies;
}

bool IsFor(const Message& message, uint64_t node) { return message.to == NodeId(node); }

TEST(DiscardsTest, OfConcurrentWritesTheLoserIsToldOf) {
  Cluster cluster({});
  cluster.Isolate(3);
  cluster.Put(1, "k", "first", Level::kOne);
  cluster.Pass(absl::Milliseconds(1));
  cluster.Put(3, "k", "second", Level::kOne);
  cluster.Heal();
  cluster.Settle();
  for (uint64_t node = 1; node <= 3; ++node) EXPECT_EQ(cluster.Value(node, "k"), "second");
  const std::vector<Discard> discards = cluster.TakeDiscards();
  ASSERT_FALSE(discards.empty());
  for (const Discard& discard : discards) {
    EXPECT_EQ(discard.key, "k");
    EXPECT_EQ(discard.loser.body, "first");
    EXPECT_EQ(discard.winner, (Dot{{NodeId(3), Boot(1)}, 1}));
    EXPECT_GT(discard.at_us, 0u);
  }
  cluster.Put(1, "k", "third", Level::kAll);
  cluster.Settle();
  EXPECT_TRUE(cluster.TakeDiscards().empty()) << "who wrote the third knew the second";
}

// n3 gets the newer write first. Its writer had seen the older one, which says so.
TEST(DiscardsTest, AWriteThatComesAfterTheOneThatKnowinglyReplacedItIsNoConflict) {
  Cluster cluster({});
  cluster.Put(1, "k", "old", Level::kOne);
  const auto late = cluster.Take([](const Message& message) { return IsFor(message, 3); });
  cluster.DeliverAll();
  cluster.Put(2, "k", "new", Level::kOne);
  cluster.DeliverAll();
  EXPECT_EQ(cluster.Value(3, "k"), "new");
  for (const Message& message : late) cluster.Deliver(message);
  cluster.Settle();
  EXPECT_TRUE(cluster.TakeDiscards().empty());
}

// n1 gets the newer write from n3, which never had the older one; but n2, which
// wrote it, has acknowledged the older one.
TEST(DiscardsTest, NeitherIsOneThatComesBackByWayOfAThird) {
  Cluster cluster({});
  cluster.Put(1, "k", "old", Level::kTwo);
  cluster.Take([](const Message& message) { return IsFor(message, 3); });
  cluster.DeliverAll();
  cluster.Put(2, "k", "new", Level::kOne);
  cluster.Take([](const Message& message) { return IsFor(message, 1); });
  cluster.DeliverAll();
  cluster.Get(1, "k", Level::kAll);
  cluster.DeliverAll();
  EXPECT_EQ(cluster.Value(1, "k"), "new");
  cluster.Settle();
  EXPECT_TRUE(cluster.TakeDiscards().empty());
}

TEST(DiscardsTest, AReadThatBringsTheWinnerTellsOfTheLoser) {
  Cluster cluster({});
  cluster.Isolate(1);
  cluster.Put(1, "k", "first", Level::kOne);
  cluster.Pass(absl::Milliseconds(1));
  cluster.Put(2, "k", "second", Level::kTwo);
  cluster.DeliverAll();
  cluster.Heal();
  cluster.Take([](const Message& message) {
    return !std::holds_alternative<ReadAsk>(message.body) &&
           !std::holds_alternative<ReadAnswer>(message.body);
  });
  cluster.Get(1, "k", Level::kTwo);
  cluster.DeliverAll();
  EXPECT_EQ(cluster.Value(1, "k"), "second");
  EXPECT_EQ(Bodies(cluster.TakeDiscards()), std::set<std::string>{"first"});
}

TEST(DiscardsTest, WhatHasExpiredIsMissedByNobody) {
  Cluster cluster({});
  cluster.Isolate(1);
  WriteRequest request;
  request.id = 1;
  request.key = "k";
  request.level = Level::kOne;
  request.deadline = absl::InfiniteDuration();
  request.change.argument = "short-lived";
  request.change.expires_at_us = cluster.NowAt(1).calendar_us + 1000;
  cluster.Write(1, request);
  cluster.Pass(absl::Milliseconds(5));
  cluster.Put(2, "k", "newer", Level::kOne);
  cluster.Heal();
  cluster.Settle();
  EXPECT_TRUE(cluster.TakeDiscards().empty());
}

// What random schedules of messages lost, doubled and late come to.
struct Tally {
  uint64_t lost = 0;     // to writes whose writers had not seen them
  uint64_t untold = 0;   // of these: in nobody's journal
  uint64_t told = 0;     // writes in some journal
  uint64_t wrongly = 0;  // of these: their winner's writer had seen them
};

class Concurrency {
 public:
  explicit Concurrency(uint64_t seed) : random_(seed) {}

  Tally Run() {
    for (int step = 0; step < 300; ++step) Step();
    cluster_.Heal();
    cluster_.Settle(20);
    return Judge();
  }

 private:
  struct Written {
    std::string key;
    Dot dot;
    SeenClock seen;  // by its writer, before it
  };

  void Step() {
    const uint64_t node = random_.Between(1, 3);
    const uint64_t dice = random_.Below(100);
    auto& in_flight = cluster_.in_flight();
    if (dice < 15) {
      Write(node);
    } else if (dice < 20) {
      cluster_.Get(node, AnyKey(), random_.Below(2) == 0 ? Level::kQuorum : Level::kAll);
    } else if (dice < 30) {
      cluster_.Tick(node);
      cluster_.Pass(absl::Milliseconds(20));
    } else if (dice < 32) {
      cluster_.Isolate(node);
    } else if (dice < 34) {
      cluster_.Heal();
    } else if (!in_flight.empty()) {
      const size_t at = random_.Below(in_flight.size());
      const uint64_t fate = random_.Below(20);
      if (fate == 0) in_flight.push_back(in_flight[at]);
      if (fate == 1) {
        in_flight.erase(in_flight.begin() + static_cast<ptrdiff_t>(at));
      } else {
        cluster_.DeliverAt(at);
      }
    }
  }

  std::string AnyKey() { return "k" + std::to_string(random_.Below(3)); }

  void Write(uint64_t node) {
    const std::string key = AnyKey();
    Written written{key, {}, cluster_.core(node).knowledge().seen};
    cluster_.Put(node, key, std::to_string(written_.size()), Level::kOne);
    written.dot = cluster_.store(node).records.at(key).dot;
    written_.push_back(std::move(written));
    cluster_.Pass(absl::Microseconds(static_cast<int64_t>(random_.Below(500))));
  }

  const Written* Find(const Dot& dot) const {
    for (const Written& one : written_) {
      if (one.dot == dot) return &one;
    }
    return nullptr;
  }

  Tally Judge() {
    Tally tally;
    std::set<Dot> told;
    for (const Discard& discard : cluster_.TakeDiscards()) {
      if (told.insert(discard.loser.dot).second) ++tally.told;
      if (Find(discard.winner)->seen.Contains(discard.loser.dot)) ++tally.wrongly;
    }
    for (const Written& one : written_) {
      bool known = cluster_.store(1).records.at(one.key).dot == one.dot;
      for (const Written& later : written_) {
        known = known || (later.key == one.key && later.seen.Contains(one.dot));
      }
      if (known) continue;
      ++tally.lost;
      if (!told.contains(one.dot)) ++tally.untold;
    }
    return tally;
  }

  Cluster cluster_{{}};
  Random random_;
  std::vector<Written> written_;
};

TEST(DiscardsTest, EveryWriteThatIsLostUnknowinglyIsTold) {
  Tally all;
  for (uint64_t seed = 1; seed <= 400; ++seed) {
    const Tally one = Concurrency(seed).Run();
    ASSERT_EQ(one.untold, 0u) << "seed " << seed;
    all.lost += one.lost;
    all.told += one.told;
    all.wrongly += one.wrongly;
  }
  EXPECT_GT(all.lost, 400u);
  // Told though the writer of the winner knew: where nothing of that had been heard.
  EXPECT_LT(all.wrongly * 50, all.told) << all.wrongly << " of " << all.told;
}

}  // namespace
}  // namespace quorate::quorum
