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
