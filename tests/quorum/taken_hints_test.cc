// Writes that others had kept, at the replica that takes them: each is done once,
// however often it is asked and whatever restarts in between.
#include "quorum/taken_hints.h"

#include <gtest/gtest.h>

#include <optional>

#include "cluster.h"
#include "quorum/counter.h"
#include "quorum/crdt_policies.h"
#include "quorum/policy_op.h"

namespace quorate::quorum {
namespace {

constexpr NodeId kKeeper{9};

class TakenHintsTest : public ::testing::Test {
 protected:
  Cluster& Make(bool sync_at_once = true) {
    ClusterOptions options;
    options.policy = &policy_;
    options.sync_at_once = sync_at_once;
    return cluster_.emplace(std::move(options));
  }
  // An addition of one; the id asked with.
  uint64_t Hand(uint64_t node, uint64_t number, NodeId keeper = kKeeper, Boot life = Boot(1)) {
    WriteRequest request;
    request.id = next_id_++;
    request.key = "k";
    request.change.argument = EncodeOp(CounterOp{1});
    request.level = Level::kOne;
    request.deadline = cluster_->now() + absl::Seconds(2);
    request.hint = {keeper, number, life};
    cluster_->Write(node, request);
    return request.id;
  }
  bool Done(uint64_t node, uint64_t id) {
    const Reply* reply = cluster_->Find(node, id);
    return reply != nullptr && reply->status.ok();
  }
  int64_t ValueAt(uint64_t node) {
    const std::optional<Record> record = cluster_->store(node).Lookup("k");
    return record ? Counter::Decode(record->body)->Value().value_or(-1) : 0;
  }

  CounterPolicy policy_;
  std::optional<Cluster> cluster_;
  uint64_t next_id_ = 1;
};

TEST_F(TakenHintsTest, OneThatComesAgainIsToldDoneAndNotDoneAgain) {
  Make();
  EXPECT_TRUE(Done(1, Hand(1, 5)));
  EXPECT_TRUE(Done(1, Hand(1, 5)));
  EXPECT_EQ(ValueAt(1), 1);
}

TEST_F(TakenHintsTest, AnEarlierOneThanTheLastWasDoneAsWell) {
  Make();
  for (const uint64_t number : {5, 6, 5}) EXPECT_TRUE(Done(1, Hand(1, number))) << number;
  EXPECT_EQ(ValueAt(1), 2);
  EXPECT_TRUE(Done(1, Hand(1, 5, NodeId(8)))) << "another keeper's";
  EXPECT_EQ(ValueAt(1), 3);
}

TEST_F(TakenHintsTest, AreKnownAfterARestart) {
  Cluster& cluster = Make();
  EXPECT_TRUE(Done(1, Hand(1, 5)));
  cluster.Crash(1);
  cluster.Restart(1);
  EXPECT_TRUE(Done(1, Hand(1, 5)));
  EXPECT_TRUE(Done(1, Hand(1, 6)));
  cluster.Settle();
  for (const uint64_t node : {1, 2, 3}) EXPECT_EQ(ValueAt(node), 2) << node;
}

TEST_F(TakenHintsTest, OneThatComesAgainIsAnsweredOnlyOnceItIsDurable) {
  Cluster& cluster = Make(false);
  const uint64_t first = Hand(1, 5);
  const uint64_t again = Hand(1, 5);
  cluster.DeliverAll();
  EXPECT_EQ(cluster.Find(1, first), nullptr);
  EXPECT_EQ(cluster.Find(1, again), nullptr);
  cluster.SyncAll(1);
  EXPECT_TRUE(Done(1, first));
  EXPECT_TRUE(Done(1, again));
  EXPECT_EQ(ValueAt(1), 1);
}

// Else others had the write, and who asks again makes another of it.
TEST_F(TakenHintsTest, NobodyIsToldOfOneBeforeThisReplicaCanForgetItNoMore) {
  Cluster& cluster = Make(false);
  for (const uint64_t node : {1, 2, 3}) cluster.SyncAll(node);
  Hand(1, 5);
  cluster.DeliverAll();
  for (const uint64_t node : {2, 3}) cluster.SyncAll(node);
  EXPECT_EQ(ValueAt(2), 0);
  cluster.Crash(1);
  cluster.Restart(1);
  const uint64_t again = Hand(1, 5);
  for (int round = 0; round < 30; ++round) {
    for (const uint64_t node : {1, 2, 3}) cluster.SyncAll(node);
    cluster.Settle(1);
  }
  EXPECT_TRUE(Done(1, again));
  for (const uint64_t node : {1, 2, 3}) EXPECT_EQ(ValueAt(node), 1) << node;
}

TEST_F(TakenHintsTest, OneThatWasRefusedIsNotTaken) {
  Cluster& cluster = Make();
  WriteRequest ahead;
  ahead.id = next_id_++;
  ahead.key = "k";
  ahead.change.argument = EncodeOp(CounterOp{1});
  ahead.level = Level::kOne;
  ahead.deadline = cluster.now() + absl::Seconds(2);
  ahead.hint = {kKeeper, 5};
  ahead.session.time = HlcFromMicros(cluster.NowAt(1).calendar_us + 3'600'000'000);
  cluster.Write(1, ahead);
  ASSERT_NE(cluster.Find(1, ahead.id), nullptr);
  EXPECT_TRUE(absl::IsInvalidArgument(cluster.Find(1, ahead.id)->status));
  EXPECT_TRUE(Done(1, Hand(1, 5)));
  EXPECT_EQ(ValueAt(1), 1);
}

// An empty disk, or an older copy, gives numbers out again.
TEST_F(TakenHintsTest, WhatAKeeperOnAnotherDiskKeptIsNotTakenForDone) {
  Cluster& cluster = Make();
  EXPECT_TRUE(Done(1, Hand(1, 5, kKeeper, Boot(3))));
  for (const Boot life : {Boot(1), Boot(2), Boot(4)}) {
    const int64_t before = ValueAt(1);
    EXPECT_TRUE(Done(1, Hand(1, 2, kKeeper, life)));
    EXPECT_EQ(ValueAt(1), before + 1) << "acknowledged at ANY, and done";
    cluster.Crash(1);
    cluster.Restart(1);
    EXPECT_TRUE(Done(1, Hand(1, 2, kKeeper, life)));
    EXPECT_EQ(ValueAt(1), before + 1) << "once";
  }
}

TEST_F(TakenHintsTest, CatchesNumbersThatAreTrustedWhateverTheDisk) {
  ClusterOptions options;
  options.policy = &policy_;
  options.config.bugs.trust_hint_numbers = true;
  cluster_.emplace(std::move(options));
  EXPECT_TRUE(Done(1, Hand(1, 5, kKeeper, Boot(3))));
  EXPECT_TRUE(Done(1, Hand(1, 2, kKeeper, Boot(1))));
  EXPECT_EQ(ValueAt(1), 1) << "lost, though it was acknowledged";
}

}  // namespace
}  // namespace quorate::quorum
