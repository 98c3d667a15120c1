// What becomes of a write whose outcome its client does not know, as short stories.
#include <gtest/gtest.h>

#include "base/error.h"
#include "cluster.h"
#include "quorum/counter.h"
#include "quorum/crdt_policies.h"
#include "quorum/policy_op.h"

namespace quorate::quorum {
namespace {

bool CarriesAWrite(const Message& message) {
  return std::holds_alternative<WriteAsk>(message.body);
}

// The fate that a resolution ended with; nullopt: it failed, or is not over.
std::optional<Fate> FateOf(Cluster& cluster, uint64_t node, uint64_t id) {
  const Reply* reply = cluster.Find(node, id);
  if (reply == nullptr || !reply->status.ok()) return std::nullopt;
  return reply->fate;
}

std::string ReasonAt(Cluster& cluster, uint64_t node, uint64_t id) {
  const Reply* reply = cluster.Find(node, id);
  return reply == nullptr ? "no answer" : ReasonOf(reply->status);
}

TEST(OperationsTest, WritersAreOfOneNodeAndNeverTheSame) {
  Cluster cluster({});
  std::set<uint64_t> writers;
  for (int i = 0; i < 20; ++i) {
    for (uint64_t node = 1; node <= 3; ++node) writers.insert(cluster.OpenWriter(node));
    if (i % 5 == 0) {
      cluster.Crash(1);
      cluster.SetCalendarOffset(1, -i * 100'000);
      cluster.Restart(1);
    }
  }
  EXPECT_EQ(writers.size(), 60u);
}

TEST(OperationsTest, AReplicaWhoseDiskWasLostMakesNoWriterAgain) {
  Cluster cluster({});
  const uint64_t before = cluster.OpenWriter(3);
  cluster.Crash(3);
  cluster.Wipe(3);
  cluster.Restart(3);
  EXPECT_EQ(cluster.OpenWriter(3), 0u) << "at the same moment, and nothing is left of the first";
  cluster.Settle(10);
  ASSERT_TRUE(cluster.core(3).filled());
  EXPECT_EQ(cluster.OpenWriter(3), 0u) << "clocks may differ so much";
  cluster.Pass(absl::Seconds(6));
  EXPECT_GT(cluster.OpenWriter(3), before);
}

TEST(OperationsTest, AWriteThatIsThereIsAppliedWhoeverIsAsked) {
  Cluster cluster({});
  const OperationId id{cluster.OpenWriter(1), 1};
  cluster.PutOnce(1, "k", "v", Level::kOne, id);
  cluster.in_flight().clear();
  for (uint64_t node : {1, 2, 3}) {
    const uint64_t asked = cluster.Resolve(node, id);
    cluster.DeliverAll();
    ASSERT_EQ(FateOf(cluster, node, asked), Fate::kApplied) << node;
    EXPECT_EQ(cluster.Find(node, asked)->receipt.time, cluster.store(1).Lookup("k")->time);
    EXPECT_EQ(cluster.Find(node, asked)->key, "k");
  }
  EXPECT_EQ(cluster.Value(2, "k"), "v") << "who asked has it by that";
}

TEST(OperationsTest, AWriteThatNobodyHasNeverWillBe) {
  Cluster cluster({});
  const OperationId id{cluster.OpenWriter(1), 1};
  const uint64_t asked = cluster.Resolve(2, id);
  cluster.DeliverAll();
  EXPECT_EQ(FateOf(cluster, 2, asked), Fate::kNever);
  for (uint64_t node : {1, 2, 3}) {
    const uint64_t put = cluster.PutOnce(node, "k", "v", Level::kOne, id);
    EXPECT_EQ(ReasonAt(cluster, node, put), "WRITE_FENCED");
  }
  cluster.Settle();
  EXPECT_EQ(cluster.Value(1, "k"), "");
}

TEST(OperationsTest, LookingForbidsNothing) {
  Cluster cluster({});
  const OperationId id{cluster.OpenWriter(1), 1};
  const uint64_t asked = cluster.Resolve(2, id, /*fence=*/false);
  cluster.DeliverAll();
  EXPECT_EQ(FateOf(cluster, 2, asked), Fate::kPossible);
  const uint64_t put = cluster.PutOnce(3, "k", "v", Level::kOne, id);
  EXPECT_TRUE(cluster.Find(3, put)->status.ok());
}

TEST(OperationsTest, WhileAReplicaIsAwayAWriteStaysPossible) {
  Cluster cluster({});
  const OperationId lost{cluster.OpenWriter(1), 1};
  const OperationId done{lost.writer, 2};
  cluster.PutOnce(1, "k", "v", Level::kQuorum, done);
  cluster.DeliverAll();
  cluster.Isolate(3);
  const uint64_t asked = cluster.Resolve(2, lost);
  const uint64_t found = cluster.Resolve(2, done);
  cluster.DeliverAll();
  EXPECT_EQ(ReasonAt(cluster, 2, asked), "REPLICAS_MISSING");
  EXPECT_EQ(FateOf(cluster, 2, found), Fate::kApplied) << "who has it can say so alone";
  cluster.Heal();
  const uint64_t again = cluster.Resolve(1, lost);
  cluster.DeliverAll();
  EXPECT_EQ(FateOf(cluster, 1, again), Fate::kNever);
}

// What a coordinator sends before its sync may arrive though it forgot it.
TEST(OperationsTest, AWriteWhoseCoordinatorForgotItInACrashIsFoundAtWhoeverTookIt) {
  Cluster cluster({});
  const OperationId id{cluster.OpenWriter(1), 1};
  cluster.options().sync_at_once = false;
  cluster.PutOnce(1, "k", "v", Level::kQuorum, id);
  cluster.Crash(1);
  cluster.DeliverAll();
  cluster.options().sync_at_once = true;
  for (uint64_t node : {2, 3}) cluster.SyncAll(node);
  cluster.Restart(1);
  EXPECT_EQ(cluster.Value(1, "k"), "");
  const uint64_t asked = cluster.Resolve(1, id);
  cluster.DeliverAll();
  EXPECT_EQ(FateOf(cluster, 1, asked), Fate::kApplied);
  EXPECT_EQ(cluster.Value(1, "k"), "v");
}

// The bug, or the lack of it, with which a late message of an older life tells.
void ResolveWhileAnOlderLifesWriteIsUnderWay(bool in_one_phase, std::string& value,
                                             std::optional<Fate>& fate) {
  ClusterOptions options;
  options.config.bugs.resolve_in_one_phase = in_one_phase;
  Cluster cluster(options);
  const OperationId id{cluster.OpenWriter(1), 1};
  cluster.options().sync_at_once = false;
  cluster.PutOnce(1, "k", "v", Level::kQuorum, id);
  const std::vector<Message> late = cluster.Take(CarriesAWrite);
  ASSERT_EQ(late.size(), 2u);
  cluster.Crash(1);
  cluster.options().sync_at_once = true;
  for (uint64_t node : {2, 3}) cluster.SyncAll(node);
  cluster.Restart(1);
  // n2 and n3 have not heard of n1's new life when they are asked.
  cluster.in_flight().clear();
  const uint64_t asked = cluster.Resolve(2, id);
  cluster.Take([](const Message& message) {
    return message.from.node == NodeId(1) && message.to == NodeId(3);
  });
  cluster.DeliverAll();
  fate = FateOf(cluster, 2, asked);
  for (const Message& message : late) cluster.Deliver(message);
  cluster.Settle();
  value = cluster.Value(3, "k");
}

TEST(OperationsTest, WhatAnOlderLifeSentDoesNotComeAfterNever) {
  std::string value;
  std::optional<Fate> fate;
  ResolveWhileAnOlderLifesWriteIsUnderWay(false, value, fate);
  EXPECT_EQ(fate, Fate::kNever);
  EXPECT_EQ(value, "");
  ResolveWhileAnOlderLifesWriteIsUnderWay(true, value, fate);
  EXPECT_EQ(fate, Fate::kNever);
  EXPECT_EQ(value, "v") << "without the second phase it does";
}

TEST(OperationsTest, AWriteIsTakenWhereItWasFencedIfItsCoordinatorWroteItBefore) {
  Cluster cluster({});
  const OperationId id{cluster.OpenWriter(1), 1};
  cluster.PutOnce(1, "k", "v", Level::kOne, id);
  const std::vector<Message> late = cluster.Take(CarriesAWrite);
  const uint64_t asked = cluster.Resolve(2, id);
  // n3 is asked, and fences it, before the write reaches it.
  const auto to_n3 = [](const Message& message) { return message.to == NodeId(3); };
  for (const Message& message : cluster.Take(to_n3)) cluster.Deliver(message);
  EXPECT_EQ(cluster.core(3).operations().StandingOf(id), Standing::kFenced);
  for (const Message& message : late) cluster.Deliver(message);
  EXPECT_EQ(cluster.core(3).operations().StandingOf(id), Standing::kApplied);
  cluster.DeliverAll();
  EXPECT_EQ(FateOf(cluster, 2, asked), Fate::kApplied);
}

TEST(OperationsTest, ARestartKeepsFencesAndRows) {
  Cluster cluster({});
  const uint64_t writer = cluster.OpenWriter(1);
  cluster.PutOnce(1, "k", "v", Level::kAll, {writer, 1});
  const uint64_t asked = cluster.Resolve(2, OperationId{writer, 2});
  cluster.DeliverAll();
  ASSERT_EQ(FateOf(cluster, 2, asked), Fate::kNever);
  for (uint64_t node : {1, 2, 3}) {
    cluster.Crash(node);
    cluster.Restart(node);
    EXPECT_EQ(cluster.core(node).operations().StandingOf({writer, 1}), Standing::kApplied);
    EXPECT_EQ(cluster.core(node).operations().StandingOf({writer, 2}), Standing::kFenced);
  }
}

TEST(OperationsTest, TheSameOperationSentAgainIsDoneOnceAndToldAgain) {
  const CounterPolicy policy;
  ClusterOptions options;
  options.policy = &policy;
  Cluster cluster(options);
  const OperationId id{cluster.OpenWriter(1), 1};
  const std::string one = EncodeOp(CounterOp{1});
  const uint64_t first = cluster.PutOnce(1, "k", one, Level::kQuorum, id);
  cluster.DeliverAll();
  cluster.Crash(1);
  cluster.Restart(1);
  const uint64_t again = cluster.PutOnce(1, "k", one, Level::kAll, id);
  cluster.DeliverAll();
  ASSERT_TRUE(cluster.Find(1, again) != nullptr);
  EXPECT_TRUE(cluster.Find(1, again)->status.ok()) << cluster.Find(1, again)->status;
  EXPECT_EQ(cluster.Find(1, again)->receipt.dot, cluster.Find(1, first)->receipt.dot);
  EXPECT_EQ(cluster.Find(1, again)->receipt.acked_by.size(), 3u) << "at the level now asked for";
  EXPECT_EQ(*Counter::Decode(cluster.store(1).Lookup("k")->body)->Value(), 1);
  const uint64_t other = cluster.PutOnce(1, "k", EncodeOp(CounterOp{2}), Level::kOne, id);
  EXPECT_EQ(ReasonAt(cluster, 1, other), "IDENTITY_REUSED");
}

// What an earlier life has sent and then forgotten can't be told from what is new.
TEST(OperationsTest, ARestartedCoordinatorTakesNoNewWritesOfWritersFromBefore) {
  Cluster cluster({});
  const uint64_t writer = cluster.OpenWriter(1);
  cluster.options().sync_at_once = false;
  cluster.PutOnce(1, "k", "v", Level::kQuorum, {writer, 1});
  cluster.Crash(1);
  cluster.options().sync_at_once = true;
  cluster.Restart(1);
  const uint64_t again = cluster.PutOnce(1, "k", "v", Level::kQuorum, {writer, 1});
  EXPECT_EQ(ReasonAt(cluster, 1, again), "WRITER_EXPIRED");
  const uint64_t fresh = cluster.PutOnce(1, "k", "w", Level::kOne, {cluster.OpenWriter(1), 1});
  EXPECT_TRUE(cluster.Find(1, fresh)->status.ok()) << cluster.Find(1, fresh)->status;
  const uint64_t elsewhere = cluster.PutOnce(2, "k", "x", Level::kOne, {writer, 2});
  EXPECT_TRUE(cluster.Find(2, elsewhere)->status.ok()) << cluster.Find(2, elsewhere)->status;
}

TEST(OperationsTest, AnAppliedWriteIsBroughtToTheLevelThatIsAsked) {
  Cluster cluster({});
  const OperationId id{cluster.OpenWriter(1), 1};
  cluster.PutOnce(1, "k", "v", Level::kOne, id);
  cluster.in_flight().clear();
  const uint64_t asked = cluster.Resolve(2, id, true, Level::kAll);
  cluster.DeliverAll();
  ASSERT_EQ(FateOf(cluster, 2, asked), Fate::kApplied);
  EXPECT_TRUE(cluster.Find(2, asked)->reached);
  EXPECT_EQ(cluster.Find(2, asked)->receipt.acked_by.size(), 3u);
  cluster.Isolate(3);
  const uint64_t alone = cluster.Resolve(3, id, true, Level::kQuorum);
  ASSERT_EQ(FateOf(cluster, 3, alone), Fate::kApplied);
  EXPECT_FALSE(cluster.Find(3, alone)->reached);
  const uint64_t put = cluster.PutOnce(3, "k", "v", Level::kQuorum, id);
  EXPECT_EQ(ReasonAt(cluster, 3, put), "LEVEL_NOT_REACHED");
  EXPECT_EQ(AppliedOf(cluster.Find(3, put)->status), Applied::kYes);
}

TEST(OperationsTest, WhatIsSettledIsDroppedAndNotDoneAgain) {
  Cluster cluster({});
  const uint64_t writer = cluster.OpenWriter(1);
  for (uint64_t sequence = 1; sequence <= 200; ++sequence) {
    cluster.PutOnce(1, "k", "v", Level::kAll, {writer, sequence}, sequence);
    cluster.DeliverAll();
  }
  for (uint64_t node : {1, 2, 3}) EXPECT_LE(cluster.core(node).operations().size(), 64u);
  const uint64_t asked = cluster.Resolve(3, OperationId{writer, 5});
  cluster.DeliverAll();
  EXPECT_EQ(FateOf(cluster, 3, asked), Fate::kSettled);
  const uint64_t again = cluster.PutOnce(2, "k", "v", Level::kOne, {writer, 5});
  EXPECT_EQ(ReasonAt(cluster, 2, again), "WRITE_SETTLED");
  cluster.Crash(1);
  cluster.Restart(1);
  EXPECT_EQ(cluster.core(1).operations().StandingOf({writer, 5}), Standing::kSettled);
}

TEST(OperationsTest, AWriterThatIsOldIsRefusedAndForgotten) {
  ClusterOptions options;
  options.config.writer_life_us = 60'000'000;
  Cluster cluster(options);
  const OperationId id{cluster.OpenWriter(1), 1};
  cluster.PutOnce(1, "k", "v", Level::kAll, id);
  cluster.DeliverAll();
  cluster.Pass(absl::Seconds(61));
  const uint64_t late = cluster.PutOnce(1, "k", "w", Level::kOne, {id.writer, 2});
  EXPECT_EQ(ReasonAt(cluster, 1, late), "WRITER_EXPIRED");
  const uint64_t known = cluster.Resolve(2, id);
  cluster.DeliverAll();
  EXPECT_EQ(FateOf(cluster, 2, known), Fate::kApplied) << "still known for a while";
  cluster.Pass(absl::Seconds(11));
  for (uint64_t node : {1, 2, 3}) cluster.Tick(node);
  for (uint64_t node : {1, 2, 3}) EXPECT_EQ(cluster.core(node).operations().size(), 0u);
  const uint64_t asked = cluster.Resolve(2, id);
  cluster.DeliverAll();
  EXPECT_EQ(FateOf(cluster, 2, asked), Fate::kExpired);
  // Whatever the clocks say later: it is forgotten for good.
  cluster.Crash(1);
  cluster.SetCalendarOffset(1, -100'000'000);
  cluster.Restart(1);
  const uint64_t again = cluster.PutOnce(1, "k", "v", Level::kOne, id);
  EXPECT_EQ(ReasonAt(cluster, 1, again), "WRITER_EXPIRED");
}

TEST(OperationsTest, WritersThatNobodyMadeYetAreRefused) {
  Cluster cluster({});
  const uint64_t writer = HlcFromMicros(cluster.NowAt(1).calendar_us + 6'000'000).value();
  const uint64_t put = cluster.PutOnce(1, "k", "v", Level::kOne, {writer, 1});
  EXPECT_EQ(ReasonAt(cluster, 1, put), "WRITER_EXPIRED");
  const uint64_t asked = cluster.Resolve(1, OperationId{writer, 1});
  EXPECT_EQ(ReasonAt(cluster, 1, asked), "IDENTITY_INVALID");
}

TEST(OperationsTest, TooManyAreForgottenTheOldestFirst) {
  ClusterOptions options;
  options.config.operations_max = 20;
  Cluster cluster(options);
  std::vector<OperationId> ids;
  for (int i = 0; i < 30; ++i) {
    ids.push_back({cluster.OpenWriter(1), 1});
    cluster.PutOnce(1, "k", "v", Level::kAll, ids.back());
    cluster.DeliverAll();
    cluster.Tick(1);
  }
  EXPECT_LE(cluster.core(1).operations().size(), 20u);
  EXPECT_EQ(cluster.core(1).operations().StandingOf(ids.front()), Standing::kForgotten);
  EXPECT_EQ(cluster.core(1).operations().StandingOf(ids.back()), Standing::kApplied);
}

// Only the lost disk had its row, and another has the write, without it.
TEST(OperationsTest, AReplicaWhoseDiskWasLostDoesNotSayNever) {
  for (const bool keep_floor_low : {false, true}) {
    ClusterOptions options;
    options.config.bugs.keep_floor_low = keep_floor_low;
    Cluster cluster(options);
    const OperationId id{cluster.OpenWriter(1), 1};
    cluster.options().sync_at_once = false;
    cluster.PutOnce(1, "k", "v", Level::kQuorum, id);
    for (const Message& message : cluster.Take(CarriesAWrite)) {
      if (message.to == NodeId(2)) cluster.Deliver(message);
    }
    cluster.Crash(1);
    cluster.options().sync_at_once = true;
    for (uint64_t node : {2, 3}) cluster.SyncAll(node);
    cluster.Settle();  // n3 has it from n2's dot log
    ASSERT_EQ(cluster.Value(3, "k"), "v");
    cluster.Crash(2);
    cluster.Wipe(2);
    cluster.Restart(1);
    cluster.Restart(2);
    cluster.Settle();
    ASSERT_TRUE(cluster.core(2).filled());
    const uint64_t asked = cluster.Resolve(1, id);
    cluster.DeliverAll();
    EXPECT_EQ(FateOf(cluster, 1, asked), keep_floor_low ? Fate::kNever : Fate::kExpired);
  }
}

}  // namespace
}  // namespace quorate::quorum
