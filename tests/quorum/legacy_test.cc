// What a replica makes of that which only a copy had that is no replica any more.
#include <gtest/gtest.h>

#include "cluster.h"

namespace quorate::quorum {
namespace {

ClusterOptions Three(Bugs bugs = {}) {
  ClusterOptions options;
  options.config.bugs = bugs;
  return options;
}

// n9 had a copy once, and a write of its own there.
Message LegacyOf9(SeenClock known) {
  Record alone;
  alone.dot = {{NodeId(9), Boot(1)}, 5};
  alone.time = HlcTime(40);
  alone.body = "alone";
  return {alone.dot.identity, NodeId(2), Boot(),
          LegacyAsk{1, std::move(known), {{"k", alone, {}}}, {}}};
}

size_t AnswersTo9(Cluster& cluster) {
  return cluster
      .Take([](const Message& message) {
        return std::holds_alternative<LegacyAnswer>(message.body) && message.to == NodeId(9);
      })
      .size();
}

std::vector<Discard> JournalAfterLegacy(Bugs bugs) {
  Cluster cluster(Three(bugs));
  cluster.Put(2, "k", "of all", Level::kAll);
  cluster.Settle(20);
  const SeenClock before = cluster.core(2).knowledge().seen;
  cluster.Deliver(LegacyOf9(before));
  EXPECT_EQ(AnswersTo9(cluster), 1u);
  EXPECT_EQ(cluster.core(2).knowledge().seen, before) << "it has not seen it";
  EXPECT_EQ(cluster.Value(2, "k"), "of all");
  return cluster.disk(2).journal;
}

TEST(LegacyTest, WhatAFormerCopyAloneHadIsKeptInAJournalOnDisk) {
  const std::vector<Discard> journal = JournalAfterLegacy({});
  ASSERT_EQ(journal.size(), 1u);
  EXPECT_EQ(journal.front().loser.body, "alone");
  EXPECT_FALSE(journal.front().winner);
  Bugs bugs;
  bugs.drop_legacy = true;
  EXPECT_TRUE(JournalAfterLegacy(bugs).empty());
}

TEST(LegacyTest, WhatAFormerCopyHadIsAnsweredFromDisk) {
  ClusterOptions options = Three();
  options.sync_at_once = false;
  Cluster cluster(options);
  cluster.Deliver(LegacyOf9({}));
  EXPECT_EQ(AnswersTo9(cluster), 0u);
  cluster.SyncAll(2);
  EXPECT_EQ(AnswersTo9(cluster), 1u);
}

TEST(LegacyTest, WhoLagsBehindTheOthersTakesNothingOfAFormerCopy) {
  Cluster cluster(Three());
  SeenClock known;
  known.Add({{NodeId(3), Boot(1)}, 1});
  cluster.Deliver(LegacyOf9(known));
  EXPECT_EQ(AnswersTo9(cluster), 0u);
  EXPECT_TRUE(cluster.disk(2).journal.empty());
}

}  // namespace
}  // namespace quorate::quorum
