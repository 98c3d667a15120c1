// More than a node takes on: refused, not lost, and told when to come back.
#include <gtest/gtest.h>

#include <atomic>

#include "base/error.h"
#include "base/limits.h"
#include "cluster/cluster.h"

namespace quorate::testing {
namespace {

TEST(OverloadTest, WhatIsTooMuchIsRefusedWithWhenToComeBackAndWasNotBegun) {
  Cluster cluster(1, {"--queued-requests-max=1"});
  Client client = cluster.Connect();
  Keyspace keyspace = cluster.Create(client, "orders", 1);
  auto impatient = Client::Connect(
      cluster.endpoints(), {.retry_budget = {.capacity = 0, .per_call = 0, .per_second = 0}});
  ASSERT_TRUE(impatient.ok()) << impatient.status();
  std::atomic<int64_t> added = 0;
  std::atomic<int64_t> refused = 0;
  std::atomic<int64_t> other = 0;
  {
    auto pipe = impatient->Keyspace("orders").Pipeline({.max_in_flight = 512});
    for (int i = 0; i < 5000; ++i) {
      pipe.Add("n", 1, [&](const absl::StatusOr<AddResult>& sum) {
        if (sum.ok()) {
          ++added;
        } else if (ReasonOf(sum.status()) == "NODE_OVERLOADED" &&
                   OutcomeOf(sum.status()) == Outcome::kNotDone &&
                   RetryAfterOf(sum.status()).has_value()) {
          ++refused;
        } else {
          ++other;
        }
      });
    }
  }
  EXPECT_GT(refused, 0);
  EXPECT_GT(added, 0);
  EXPECT_EQ(other, 0);
  EXPECT_EQ(keyspace.Get("n")->value, std::to_string(added));
}

// Writes that wait to be replicated are bounded likewise, for each partition.
TEST(OverloadTest, MoreThanMayWaitForAMajorityIsRefusedWithWhenToComeBack) {
  Cluster cluster(
      3, {"--uncommitted-bytes-max=1MiB", "--election-ticks=100", "--rebalance-interval=1h"});
  Client client = cluster.Connect();
  Keyspace keyspace = cluster.Create(client, "orders", 1);
  const int leader = cluster.LeaderOf(client, "orders", "k");
  const auto signal_followers = [&](int signal) {
    for (int node = 1; node <= 3; ++node) {
      if (node != leader) cluster.process(node).Signal(signal);
    }
  };
  auto impatient = Client::Connect(
      "127.0.0.1:" + std::to_string(cluster.client_port(leader)),
      {.retry_budget = {.capacity = 0, .per_call = 0, .per_second = 0}, .only_endpoints = true});
  ASSERT_TRUE(impatient.ok()) << impatient.status();
  ASSERT_TRUE(impatient->Keyspace("orders").Put("warm", "v").ok());
  std::atomic<int> done = 0;
  std::atomic<int> refused = 0;
  std::atomic<int> other = 0;
  constexpr int kWrites = 64;
  signal_followers(SIGSTOP);
  {
    auto pipe = impatient->Keyspace("orders").Pipeline({.max_in_flight = kWrites});
    for (int i = 0; i < kWrites; ++i) {
      pipe.Put("k" + std::to_string(i), std::string(64 << 10, 'v'), [&](const auto& written) {
        if (written.ok()) {
          ++done;
        } else if (ReasonOf(written.status()) == "UNCOMMITTED_FULL" &&
                   absl::IsResourceExhausted(written.status()) &&
                   OutcomeOf(written.status()) == Outcome::kNotDone &&
                   RetryAfterOf(written.status()).has_value()) {
          ++refused;
        } else {
          ++other;
        }
      });
    }
    EXPECT_TRUE(Eventually([&] { return refused > 0; })) << "while nobody confirms";
    signal_followers(SIGCONT);
  }
  EXPECT_GT(done, 0) << "what was taken is done";
  EXPECT_EQ(other, 0);
  EXPECT_EQ(done + refused, kWrites);
  int there = 0;
  auto scan = keyspace.Scan({.prefix = "k"});
  for (const auto& record : scan) there += record.key.empty() ? 0 : 1;
  EXPECT_EQ(there, done) << "and what was refused is not";
}

// What was let in is answered, and memory stays bounded, for the rest is refused while nothing of
// it is begun, and before long is not even sent.
TEST(OverloadTest, MoreCallsThanAreAnsweredAreRefusedAtOnce) {
  Cluster cluster(3, {"--election-ticks=100", "--rebalance-interval=1h"});
  Client client = cluster.Connect();
  Keyspace keyspace = cluster.Create(client, "orders", 1);
  const int leader = cluster.LeaderOf(client, "orders", "k");
  const auto signal_followers = [&](int signal) {
    for (int node = 1; node <= 3; ++node) {
      if (node != leader) cluster.process(node).Signal(signal);
    }
  };
  auto impatient = Client::Connect("127.0.0.1:" + std::to_string(cluster.client_port(leader)),
                                   {.deadline = absl::Seconds(60),
                                    .retry_budget = {.capacity = 0, .per_call = 0, .per_second = 0},
                                    .only_endpoints = true});
  ASSERT_TRUE(impatient.ok()) << impatient.status();
  Keyspace orders = impatient->Keyspace("orders");
  ASSERT_TRUE(orders.Put("warm", "v").ok());
  std::atomic<int> done = 0;
  std::atomic<int> refused = 0;
  std::atomic<int> other = 0;
  constexpr int kWrites = 3 * static_cast<int>(limits::kCallsUnderWayMin);
  signal_followers(SIGSTOP);
  for (int i = 0; i < kWrites; ++i) {
    orders.Put("k" + std::to_string(i), "v", {.exactly_once = false}, [&](const auto& written) {
      if (written.ok()) {
        ++done;
      } else if (ReasonOf(written.status()) == "NODE_OVERLOADED" &&
                 absl::IsResourceExhausted(written.status()) &&
                 OutcomeOf(written.status()) == Outcome::kNotDone &&
                 RetryAfterOf(written.status()).has_value()) {
        ++refused;
      } else {
        ++other;
      }
    });
  }
  EXPECT_TRUE(Eventually([&] { return refused >= kWrites / 2; })) << "while nobody confirms";
  signal_followers(SIGCONT);
  EXPECT_TRUE(Eventually([&] { return done + refused + other == kWrites; }));
  EXPECT_GE(done, static_cast<int>(limits::kCallsUnderWayMin)) << "what was taken is done";
  EXPECT_EQ(other, 0);
  int there = 0;
  auto scan = keyspace.Scan({.prefix = "k"});
  for (const auto& record : scan) there += record.key.empty() ? 0 : 1;
  EXPECT_EQ(there, done) << "and what was refused is not";
}

}  // namespace
}  // namespace quorate::testing
