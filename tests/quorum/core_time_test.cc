// Stories of a leaderless partition that turn on time: bounds, lag, time-stamps.
#include <gtest/gtest.h>

#include <algorithm>

#include "base/error.h"
#include "cluster.h"
#include "quorum/core.h"

namespace quorate::quorum {
namespace {

TEST(CoreTimeTest, ABoundIsProvenByOnesOwnQuestions) {
  Cluster cluster({});
  cluster.Settle();
  ReadRequest request;
  request.key = "k";
  request.level = Level::kBounded;
  request.bound = absl::Milliseconds(10);
  request.deadline = cluster.now() + absl::Seconds(1);
  request.id = 1;
  cluster.Read(1, request);
  EXPECT_EQ(cluster.Find(1, 1), nullptr);
  cluster.DeliverAll();
  ASSERT_NE(cluster.Find(1, 1), nullptr);
  EXPECT_LE(*cluster.Find(1, 1)->receipt.staleness, absl::Milliseconds(10));
  // With a replica out of reach the proof grows old, and is told as it is.
  cluster.Isolate(3);
  cluster.Settle(20);
  request.id = 2;
  request.deadline = cluster.now() + absl::Milliseconds(100);
  cluster.Read(1, request);
  cluster.Settle(4);
  ASSERT_NE(cluster.Find(1, 2), nullptr);
  EXPECT_EQ(ReasonOf(cluster.Find(1, 2)->status), "BOUND_NOT_MET");
  EXPECT_GE(*cluster.Find(1, cluster.Get(1, "k", Level::kOne))->receipt.staleness,
            absl::Seconds(1));
}

TEST(CoreTimeTest, FreshnessCountsFromTheQuestionNotFromTheAnswer) {
  ClusterOptions options;
  options.config.verify_interval = absl::InfiniteDuration();
  Cluster cluster(options);
  cluster.Settle();
  cluster.Pass(absl::Seconds(20));
  cluster.Tick(1);
  const auto for_n1 = [](const Message& message) { return message.to == NodeId(1); };
  while (std::any_of(cluster.in_flight().begin(), cluster.in_flight().end(),
                     [](const Message& message) { return message.to != NodeId(1); })) {
    cluster.DeliverAt(0);
  }
  const std::vector<Message> answers = cluster.Take(for_n1);
  ASSERT_EQ(answers.size(), 2u);
  const uint64_t put = cluster.Put(2, "k", "v", Level::kQuorum);
  cluster.Take(for_n1);
  cluster.DeliverAll();
  EXPECT_NE(cluster.Find(2, put), nullptr);
  cluster.Pass(absl::Seconds(1));
  for (const Message& answer : answers) cluster.Deliver(answer);
  EXPECT_EQ(cluster.core(1).Staleness(cluster.NowAt(1)), absl::Seconds(1));
  EXPECT_EQ(cluster.Value(1, "k"), "");
}

TEST(CoreTimeTest, ATimeStampFarAheadIsRefused) {
  Cluster cluster({});
  cluster.SetCalendarOffset(1, 60'000'000);
  const uint64_t put = cluster.Put(1, "k", "v", Level::kQuorum);
  cluster.DeliverAll();
  ASSERT_NE(cluster.Find(1, put), nullptr);
  EXPECT_EQ(ReasonOf(cluster.Find(1, put)->status), "REPLICAS_LOST");
  EXPECT_EQ(AppliedOf(cluster.Find(1, put)->status), Applied::kUnknown);
  EXPECT_EQ(cluster.Value(2, "k"), "");
  EXPECT_EQ(cluster.core(2).times_refused(), 1u);
  EXPECT_EQ(cluster.core(1).times_refused(), 0u);
}

TEST(CoreTimeTest, ATimeStampFarAheadDividesNobodyOnceCalendarsHaveReachedIt) {
  Cluster cluster({});
  cluster.SetCalendarOffset(1, 60'000'000);
  const uint64_t put = cluster.Put(1, "k", "of n1", Level::kOne);
  cluster.DeliverAll();
  ASSERT_NE(cluster.Find(1, put), nullptr);
  EXPECT_TRUE(cluster.Find(1, put)->status.ok()) << "it is on its own disk";
  cluster.Put(2, "k", "of n2", Level::kTwo);
  cluster.Settle(20);
  EXPECT_EQ(cluster.Value(1, "k"), "of n1");
  EXPECT_EQ(cluster.Value(2, "k"), "of n2");
  EXPECT_EQ(cluster.Value(3, "k"), "of n2");
  cluster.SetCalendarOffset(1, 0);
  cluster.Pass(absl::Seconds(60));
  cluster.Settle();
  for (uint64_t node = 1; node <= 3; ++node) {
    EXPECT_EQ(cluster.Value(node, "k"), "of n1");
    EXPECT_TRUE(cluster.store(node).dot_log.empty());
    EXPECT_EQ(cluster.store(node).records, cluster.store(1).records);
  }
}

// n1 was ahead while nobody else could be reached, and wrote.
class WroteAheadTest : public testing::Test {
 protected:
  WroteAheadTest() {
    cluster_.Put(2, "k", "before", Level::kAll);
    cluster_.DeliverAll();
    cluster_.SetCalendarOffset(1, 60'000'000);
    cluster_.Put(1, "k", "ahead", Level::kOne);
    cluster_.DeliverAll();
    cluster_.SetCalendarOffset(1, 0);
  }
  const Reply& Read(uint64_t node, Level level) {
    const uint64_t get = cluster_.Get(node, "k", level);
    cluster_.DeliverAll();
    const Reply* reply = cluster_.Find(node, get);
    EXPECT_NE(reply, nullptr) << "it waits for its deadline";
    static const Reply kNone;
    return reply == nullptr ? kNone : *reply;
  }

  Cluster cluster_{{}};
};

TEST_F(WroteAheadTest, ItsWritesAreRefusedAtOnceUntilThatTimeHasCome) {
  for (const Level level : {Level::kOne, Level::kQuorum}) {
    const uint64_t put = cluster_.Put(1, "other", "v", level);
    cluster_.DeliverAll();
    ASSERT_NE(cluster_.Find(1, put), nullptr);
    EXPECT_EQ(ReasonOf(cluster_.Find(1, put)->status), "CLOCK_AHEAD");
    EXPECT_EQ(AppliedOf(cluster_.Find(1, put)->status), Applied::kNo);
    EXPECT_EQ(cluster_.Value(1, "other"), "");
  }
  const uint64_t elsewhere = cluster_.Put(2, "other", "v", Level::kQuorum);
  cluster_.DeliverAll();
  EXPECT_TRUE(cluster_.Find(2, elsewhere)->status.ok());
  cluster_.Pass(absl::Seconds(60));
  const uint64_t later = cluster_.Put(1, "other", "w", Level::kQuorum);
  cluster_.DeliverAll();
  EXPECT_TRUE(cluster_.Find(1, later)->status.ok());
}

TEST_F(WroteAheadTest, ReadsOfAQuorumLeaveItOut) {
  for (uint64_t node = 1; node <= 3; ++node) {
    const Reply& reply = Read(node, Level::kQuorum);
    EXPECT_TRUE(reply.status.ok()) << node << ": " << reply.status;
    ASSERT_TRUE(reply.record) << node;
    EXPECT_EQ(reply.record->body, "before") << node;
  }
  EXPECT_EQ(Read(1, Level::kOne).record->body, "ahead");
}

TEST_F(WroteAheadTest, ReadsThatNeedItSayAtOnceWhatIsWrong) {
  for (uint64_t node = 1; node <= 3; ++node) {
    const Reply& reply = Read(node, Level::kAll);
    EXPECT_EQ(ReasonOf(reply.status), "CLOCK_AHEAD") << node;
    EXPECT_NE(reply.status.message().find("n1"), std::string::npos) << reply.status;
  }
  cluster_.Isolate(3);
  cluster_.Settle(20);
  EXPECT_EQ(ReasonOf(Read(2, Level::kQuorum).status), "CLOCK_AHEAD");
}

TEST_F(WroteAheadTest, AReaderThatIsBehindItselfStillReads) {
  cluster_.SetCalendarOffset(3, -70'000'000);
  cluster_.Put(2, "k", "after", Level::kQuorum);
  cluster_.DeliverAll();
  const Reply& reply = Read(3, Level::kTwo);
  EXPECT_TRUE(reply.status.ok()) << reply.status;
  EXPECT_EQ(reply.record->body, "after");
}

// A majority has it, so it was acknowledged, and one that is right can't tell.
TEST_F(WroteAheadTest, WhatTwoHaveIsReadThoughTheThirdRefusesIt) {
  cluster_.SetCalendarOffset(2, 60'000'000);
  cluster_.Settle(20);
  EXPECT_EQ(cluster_.Value(2, "k"), "ahead");
  cluster_.SetCalendarOffset(2, 0);
  const Reply& reply = Read(3, Level::kQuorum);
  EXPECT_TRUE(reply.status.ok()) << reply.status;
  ASSERT_TRUE(reply.record);
  EXPECT_EQ(reply.record->body, "ahead");
}

TEST(CoreTimeTest, ALagIsKnownInWritesAndInTime) {
  Cluster cluster({});
  cluster.Settle();
  EXPECT_EQ(cluster.core(1).LagOf(NodeId(3), cluster.NowAt(1)).writes, 0u);
  cluster.Isolate(3);
  for (const char* key : {"a", "b", "c"}) cluster.Put(1, key, "v", Level::kQuorum);
  cluster.Settle(100);
  const Lag lag = cluster.core(1).LagOf(NodeId(3), cluster.NowAt(1));
  EXPECT_EQ(lag.writes, 3u);
  EXPECT_GE(lag.time, absl::Milliseconds(4900)) << "noticed at the next tick";
  EXPECT_LE(lag.time, absl::Seconds(5));
}

}  // namespace
}  // namespace quorate::quorum
