// What one can expect of a leaderless partition, as short stories.
#include "quorum/core.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "base/boot.h"
#include "base/error.h"
#include "base/strings.h"
#include "cluster.h"
#include "quorum/lww.h"

namespace quorate::quorum {
namespace {

TEST(CoreTest, AWriteReachesAllAndLeavesNoTraceInTheDotLog) {
  Cluster cluster({});
  const uint64_t put = cluster.Put(1, "k", "v", Level::kQuorum);
  cluster.Settle();
  ASSERT_NE(cluster.Find(1, put), nullptr);
  EXPECT_TRUE(cluster.Find(1, put)->status.ok());
  for (uint64_t node = 1; node <= 3; ++node) {
    EXPECT_EQ(cluster.Value(node, "k"), "v");
    EXPECT_TRUE(cluster.store(node).dot_log.empty());
    EXPECT_EQ(cluster.store(node).records, cluster.store(1).records);
  }
}

TEST(CoreTest, AWriteIsAnsweredWhenEnoughHaveItOnDisk) {
  ClusterOptions options;
  options.sync_at_once = false;
  Cluster cluster(options);
  for (uint64_t node = 1; node <= 3; ++node) cluster.SyncAll(node);
  const uint64_t put = cluster.Put(1, "k", "v", Level::kQuorum);
  cluster.SyncAll(1);
  cluster.DeliverAll();
  EXPECT_EQ(cluster.Find(1, put), nullptr) << "only one has it on disk";
  cluster.SyncAll(3);
  cluster.DeliverAll();
  ASSERT_NE(cluster.Find(1, put), nullptr);
  EXPECT_EQ(cluster.Find(1, put)->receipt.acked_by, (std::vector{NodeId(1), NodeId(3)}));
}

TEST(CoreTest, TooFewReplicasAreToldAtOnceAndNothingIsWritten) {
  Cluster cluster({});
  cluster.Isolate(1);
  const uint64_t put = cluster.Put(1, "k", "v", Level::kQuorum);
  const uint64_t get = cluster.Get(1, "k", Level::kQuorum);
  ASSERT_NE(cluster.Find(1, put), nullptr);
  EXPECT_EQ(ReasonOf(cluster.Find(1, put)->status), "REPLICAS_MISSING");
  EXPECT_EQ(AppliedOf(cluster.Find(1, put)->status), Applied::kNo);
  EXPECT_TRUE(cluster.store(1).records.empty());
  ASSERT_NE(cluster.Find(1, get), nullptr);
  EXPECT_EQ(ReasonOf(cluster.Find(1, get)->status), "REPLICAS_MISSING");
  EXPECT_TRUE(cluster.Find(1, cluster.Put(1, "k", "v", Level::kOne))->status.ok());
}

TEST(CoreTest, AReadWithTooFewReplicasNamesThoseThatAreMissing) {
  Cluster cluster({});
  cluster.Isolate(1);
  const uint64_t get = cluster.Get(1, "k", Level::kQuorum);
  ASSERT_NE(cluster.Find(1, get), nullptr) << "at once";
  const absl::Status refused = cluster.Find(1, get)->status;
  EXPECT_EQ(ReasonOf(refused), "REPLICAS_MISSING");
  EXPECT_NE(refused.message().find("n2, n3 can't be reached"), std::string::npos) << refused;
}

TEST(CoreTest, AWriteThatGetsNoAnswersIsUnknown) {
  Cluster cluster({});
  cluster.Cut(1, 2);
  cluster.Cut(1, 3);
  const uint64_t put = cluster.Put(1, "k", "v", Level::kQuorum);
  cluster.Settle(60);
  ASSERT_NE(cluster.Find(1, put), nullptr);
  EXPECT_EQ(cluster.Find(1, put)->status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(AppliedOf(cluster.Find(1, put)->status), Applied::kUnknown);
}

TEST(CoreTest, ZonesCountForThemselves) {
  ClusterOptions options;
  options.replicas = 6;
  options.zones = {"a", "a", "a", "b", "b", "b"};
  Cluster cluster(options);
  for (uint64_t gone : {4, 5}) {
    for (uint64_t node = 1; node <= 6; ++node) {
      if (node != gone) cluster.PeerGone(node, gone);
    }
  }
  const uint64_t local = cluster.Put(1, "k", "v", Level::kLocalQuorum);
  const uint64_t each = cluster.Put(1, "k", "v", Level::kEachQuorum);
  const uint64_t read = cluster.Get(1, "k", Level::kLocalQuorum);
  cluster.DeliverAll();
  EXPECT_TRUE(cluster.Find(1, local)->status.ok());
  EXPECT_EQ(ReasonOf(cluster.Find(1, each)->status), "REPLICAS_MISSING");
  ASSERT_NE(cluster.Find(1, read), nullptr);
  EXPECT_EQ(cluster.Find(1, read)->record->body, "v");
}

TEST(CoreTest, AQuorumReadFindsWhatItsOwnReplicaMissed) {
  Cluster cluster({});
  cluster.Isolate(3);
  cluster.Put(1, "k", "v", Level::kQuorum);
  cluster.DeliverAll();
  cluster.Heal();
  cluster.in_flight().clear();
  const uint64_t get = cluster.Get(3, "k", Level::kQuorum);
  cluster.DeliverAll();
  ASSERT_NE(cluster.Find(3, get), nullptr);
  ASSERT_TRUE(cluster.Find(3, get)->record.has_value());
  EXPECT_EQ(cluster.Find(3, get)->record->body, "v");
  EXPECT_EQ(cluster.Value(3, "k"), "v");
}

// Fault 22: what one quorum read returned, the next one must not miss.
TEST(CoreTest, WhatAQuorumReadReturnsIsOnAQuorumBefore) {
  Cluster cluster({});
  cluster.Cut(1, 2);
  cluster.Cut(1, 3);
  cluster.Put(1, "k", "only here", Level::kQuorum);  // never answered
  cluster.Heal();
  cluster.in_flight().clear();
  const uint64_t get = cluster.Get(1, "k", Level::kQuorum);
  cluster.Deliver(cluster.Take([](const Message& m) { return m.to == NodeId(2); }).front());
  cluster.Take([](const Message& m) { return m.to == NodeId(3); });
  cluster.DeliverAt(0);  // n2: there is nothing
  EXPECT_EQ(cluster.Find(1, get), nullptr) << "a minority has it";
  cluster.DeliverAll();
  ASSERT_NE(cluster.Find(1, get), nullptr);
  EXPECT_EQ(cluster.Find(1, get)->record->body, "only here");
  EXPECT_EQ(cluster.Value(2, "k"), "only here");
}

// An answer may be older than the tombstone that came and went meanwhile; that a
// replica has nothing, though it saw the write, says more.
std::string ReadAcrossABurial(bool forget_absence) {
  ClusterOptions options;
  options.config.bugs.forget_absence = forget_absence;
  Cluster cluster(options);
  cluster.Cut(3, 1);
  cluster.Cut(3, 2);
  cluster.Put(3, "k", "old", Level::kOne);
  cluster.Heal();
  cluster.in_flight().clear();
  const uint64_t get = cluster.Get(1, "k", Level::kAll);
  const auto is_ask = [](const Message& message) {
    return std::holds_alternative<ReadAsk>(message.body);
  };
  while (!cluster.in_flight().empty()) {
    const auto* answer = std::get_if<ReadAnswer>(&cluster.in_flight().front().body);
    if (answer != nullptr && answer->record) break;
    cluster.DeliverAt(0);
  }
  const std::vector<Message> held = cluster.Take([](const Message&) { return true; });
  EXPECT_EQ(held.size(), 1u) << "the old value, on its way from n3";
  cluster.Delete(3, "k", Level::kAll);
  for (int i = 0; i < 30; ++i) {
    cluster.Pass(absl::Milliseconds(50));
    for (uint64_t node = 1; node <= 3; ++node) cluster.Tick(node);
    cluster.Take(is_ask);
    cluster.DeliverAll();
  }
  EXPECT_TRUE(cluster.store(1).records.empty()) << "the tombstone has gone";
  EXPECT_EQ(cluster.Find(1, get), nullptr);
  cluster.Deliver(held.front());
  cluster.DeliverAll();
  const Reply* reply = cluster.Find(1, get);
  EXPECT_NE(reply, nullptr);
  return reply != nullptr && reply->record ? reply->record->body : "";
}

TEST(CoreTest, AReadDoesNotBringBackWhatIsGoneForGood) {
  EXPECT_EQ(ReadAcrossABurial(false), "");
  EXPECT_EQ(ReadAcrossABurial(true), "old") << "the rule isn't what this test is about";
}

TEST(CoreTest, ADeletedKeyStaysDeletedHoweverLongAReplicaWasAway) {
  Cluster cluster({});
  cluster.Put(1, "k", "v", Level::kAll);
  cluster.Settle();
  cluster.Isolate(3);
  cluster.Delete(1, "k", Level::kQuorum);
  cluster.Settle(1000);
  EXPECT_EQ(cluster.Value(3, "k"), "v");
  EXPECT_EQ(cluster.store(1).records.size(), 1u) << "the tombstone waits for n3";
  cluster.Heal();
  cluster.Settle();
  for (uint64_t node = 1; node <= 3; ++node) {
    EXPECT_TRUE(cluster.store(node).records.empty());
    EXPECT_TRUE(cluster.store(node).dot_log.empty());
  }
}

TEST(CoreTest, AnExpiredKeyGoesEverywhereByItself) {
  Cluster cluster({});
  WriteRequest request;
  request.key = "k";
  request.change.argument = "v";
  request.change.expires_at_us = cluster.NowAt(1).calendar_us + 20'000'000;
  request.deadline = absl::InfiniteDuration();
  cluster.Write(1, request);
  cluster.Settle();
  EXPECT_EQ(cluster.Value(2, "k"), "v");
  cluster.Pass(absl::Seconds(20));
  EXPECT_EQ(cluster.Value(2, "k"), "");
  cluster.Settle();
  for (uint64_t node = 1; node <= 3; ++node) EXPECT_TRUE(cluster.store(node).records.empty());
}

// A dot that its coordinator forgot in a crash leaves a hole; it closes when
// everybody refuses that life's messages.
TEST(CoreTest, ABootThatEndedLeavesNoHoles) {
  ClusterOptions options;
  options.sync_at_once = false;
  Cluster cluster(options);
  for (uint64_t node = 1; node <= 3; ++node) cluster.SyncAll(node);
  cluster.Put(1, "lost", "v", Level::kOne);
  cluster.in_flight().clear();
  cluster.Put(1, "sent", "v", Level::kOne);
  cluster.DeliverAll();
  cluster.Crash(1);
  cluster.options().sync_at_once = true;
  cluster.SyncAll(2);
  cluster.SyncAll(3);
  EXPECT_EQ(cluster.core(2).knowledge().seen.ToString(), "n1b1:2");
  cluster.Restart(1);
  cluster.Settle();
  for (uint64_t node = 1; node <= 3; ++node) {
    EXPECT_EQ(cluster.Value(node, "sent"), "v");
    EXPECT_EQ(cluster.core(node).knowledge().seen.ToString(), "n1<b2");
    EXPECT_TRUE(cluster.store(node).dot_log.empty());
  }
}

// Two starts that both came after the same one: on a copy of the disk, or both on an
// empty one. Whichever number is greater, the one that was heard of first counts.
TEST(CoreTest, AStartOnACopyOfTheDiskIsRefusedAndLearnsOfIt) {
  for (const uint64_t chance : {3, 9}) {
    const LastWriteWins policy;
    MapStore store;
    Config config;
    for (uint64_t id = 1; id <= 3; ++id) config.members.push_back({NodeId(id), ""});
    config.self = {NodeId(1), NextBoot(Boot(), 1)};
    Core core(config, policy, store, {});
    const Now now{absl::Seconds(1), 1'700'000'000'000'000};
    const Identity first{NodeId(2), NextBoot(Boot(), 6)};
    const Identity copy{NodeId(2), NextBoot(Boot(), chance)};
    core.Receive({first, NodeId(1), {}, SyncAsk{1, {}}}, now);
    (void)core.TakeOutput();
    core.Receive({copy, NodeId(1), {}, ReadAsk{2, "k", true, {}}}, now);
    EXPECT_TRUE(core.TakeOutput().messages_after_sync.empty()) << "it is answered nothing";
    EXPECT_FALSE(core.has_rival());

    config.self = copy;
    Core refused(config, policy, store, {});
    Knowledge known;
    known.heard[NodeId(2)] = first.boot;
    refused.Receive({{NodeId(1), Boot(1)}, NodeId(2), {}, SyncAsk{1, known}}, now);
    EXPECT_TRUE(refused.has_rival());
  }
}

// What a coordinator sent before its sync, and forgot in a crash, comes after all
// have agreed that there is nothing more to come.
std::string DeliverOfAnOlderBoot(bool accept) {
  ClusterOptions options;
  options.config.bugs.accept_older_boot = accept;
  Cluster cluster(options);
  cluster.Put(1, "k", "known", Level::kAll);
  cluster.Settle();
  cluster.options().sync_at_once = false;
  cluster.Put(1, "k", "forgotten", Level::kOne);
  const std::vector<Message> held =
      cluster.Take([](const Message& message) { return message.to == NodeId(2); });
  EXPECT_EQ(held.size(), 1u);
  cluster.Take([](const Message&) { return true; });
  cluster.Crash(1);
  cluster.options().sync_at_once = true;
  cluster.Restart(1);
  cluster.Settle();
  cluster.Deliver(held.front());
  cluster.Settle();
  return StrCat(cluster.Value(1, "k"), " ", cluster.Value(2, "k"));
}

TEST(CoreTest, WhatABootLeftUnderWayIsRefusedOnceALaterOneIsKnown) {
  EXPECT_EQ(DeliverOfAnOlderBoot(false), "known known");
  EXPECT_EQ(DeliverOfAnOlderBoot(true), "known forgotten") << "the rule isn't what this is about";
}

TEST(CoreTest, ASessionReadsItsOwnWriteFromAReplicaThatHasIt) {
  Cluster cluster({});
  cluster.Cut(1, 2);
  const uint64_t put = cluster.Put(1, "k", "v", Level::kOne);
  cluster.DeliverAll();
  ReadRequest request;
  request.key = "k";
  request.level = Level::kSession;
  request.session = cluster.Find(1, put)->receipt.seen;
  request.deadline = cluster.now() + absl::Seconds(1);
  cluster.Read(2, request);
  EXPECT_EQ(cluster.Find(2, 0), nullptr) << "n2 has not seen the write";
  cluster.DeliverAll();
  ASSERT_NE(cluster.Find(2, 0), nullptr);
  EXPECT_EQ(cluster.Find(2, 0)->record->body, "v");
}

}  // namespace
}  // namespace quorate::quorum
