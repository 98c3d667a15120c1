// Writes that happen once, and keys that expire, over real processes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "cluster/cluster.h"

namespace quorate::testing {
namespace {

class OnceTest : public ::testing::Test {
 protected:
  int64_t CountOf(const std::string& key) {
    const auto read = keyspace_.Get(key, {.deadline = absl::Seconds(20)});
    EXPECT_TRUE(read.ok() && read->found()) << read.status();
    return read.ok() && read->found() ? std::stoll(*read->value) : -1;
  }

  Cluster cluster_{3};
  Client client_ = cluster_.Connect();
  Keyspace keyspace_ = cluster_.Create(client_, "orders", 2);
};

TEST_F(OnceTest, EveryAdditionIsCountedOnceWhileLeadersAreKilled) {
  constexpr int kWriters = 4;
  std::atomic<bool> stop = false;
  std::atomic<int64_t> added = 0;
  std::atomic<int64_t> unknown = 0;
  std::vector<std::thread> writers;
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back([&] {
      while (!stop) {
        const auto sum = keyspace_.Add("n", 1, {.deadline = absl::Seconds(20)});
        if (sum.ok()) {
          ++added;
        } else if (OutcomeOf(sum.status()) == Outcome::kUnknown) {
          ++unknown;
        }
      }
    });
  }
  for (int round = 0; round < 4; ++round) {
    const int leader = cluster_.LeaderOf(client_, "orders", "n");
    const int64_t before = added;
    cluster_.Kill(leader);
    EXPECT_TRUE(Eventually([&] { return added > before + 20; }))
        << "no addition without n" << leader;
    cluster_.Start(leader);
    cluster_.WaitReady(leader);
  }
  stop = true;
  for (std::thread& writer : writers) writer.join();
  EXPECT_EQ(unknown, 0) << "a quorum could be asked all the time";
  EXPECT_EQ(CountOf("n"), added);
}

TEST_F(OnceTest, APipelineCountsOnceWhileEveryNodeIsKilledInTurn) {
  std::atomic<int64_t> added = 0;
  std::atomic<int64_t> failed = 0;
  {
    auto pipe = keyspace_.Pipeline({.max_in_flight = 64, .deadline = absl::Seconds(20)});
    const auto add = [&](int count) {
      for (int i = 0; i < count; ++i) {
        pipe.Add("n", 1,
                 [&](const absl::StatusOr<AddResult>& sum) { sum.ok() ? ++added : ++failed; });
      }
    };
    for (int node = 1; node <= 3; ++node) {
      add(200);
      cluster_.Kill(node);
      add(200);
      cluster_.Start(node);
      cluster_.WaitReady(node);
    }
  }
  EXPECT_EQ(failed, 0);
  EXPECT_EQ(added, 1200);
  EXPECT_EQ(CountOf("n"), added);
}

TEST_F(OnceTest, AnotherProcessResolvesAWriteOfUnknownOutcome) {
  // One that knows the keyspace from the start, and so has its writer from this put on.
  Client client = cluster_.Connect();
  Keyspace keyspace = client.Keyspace("orders");
  ASSERT_TRUE(keyspace.Put("k", "old").ok());
  const int leader = cluster_.LeaderOf(client_, "orders", "k");
  for (int node = 1; node <= 3; ++node) {
    if (node != leader) cluster_.process(node).Signal(SIGSTOP);
  }
  const auto written = keyspace.Put("k", "new", {.deadline = absl::Seconds(1)});
  for (int node = 1; node <= 3; ++node) {
    if (node != leader) cluster_.process(node).Signal(SIGCONT);
  }
  ASSERT_EQ(OutcomeOf(written.status()), Outcome::kUnknown) << written.status();
  const auto operation = OperationOf(written.status());
  ASSERT_TRUE(operation) << written.status();
  Client other = cluster_.Connect();
  const auto parsed = ParseOperation(OperationText(*operation));
  const auto resolved = other.Resolve(*parsed, {.deadline = absl::Seconds(20)});
  ASSERT_TRUE(resolved.ok()) << resolved.status();
  const auto read = other.Keyspace("orders").Get("k", {.deadline = absl::Seconds(20)});
  ASSERT_TRUE(read.ok()) << read.status();
  if (resolved->fate == Resolution::Fate::kApplied) {
    EXPECT_EQ(read->value, "new");
    EXPECT_EQ(read->version, resolved->batch.receipt.version);
  } else {
    EXPECT_EQ(resolved->fate, Resolution::Fate::kNever);
    EXPECT_EQ(read->value, "old");
  }
  EXPECT_EQ(other.Resolve(*parsed)->fate, resolved->fate) << "it is told alike for ever";
}

TEST_F(OnceTest, AKeyExpiresAtEveryReplicaThoughNobodyWrites) {
  const absl::Duration ttl = absl::Milliseconds(700);
  const absl::Time begun = absl::Now();
  ASSERT_TRUE(keyspace_.Put("k", "v", {.ttl = ttl}).ok());
  const auto read = keyspace_.Get("k");
  ASSERT_TRUE(read.ok() && read->found()) << read.status();
  ASSERT_TRUE(read->expires_at.has_value());
  ASSERT_TRUE(Eventually([&] {
    const auto gone = keyspace_.Get("k");
    return gone.ok() && !gone->found();
  }));
  EXPECT_GE(absl::Now() - begun, ttl) << "never before its time";
  for (int node = 1; node <= 3; ++node) {
    auto through = Client::Connect("127.0.0.1:" + std::to_string(cluster_.client_port(node)));
    ASSERT_TRUE(through.ok()) << through.status();
    EXPECT_TRUE(Eventually([&] {
      const auto gone = through->Keyspace("orders").Get("k", {.level = Level::kOne});
      return gone.ok() && !gone->found();
    })) << node;
  }
}

TEST_F(OnceTest, AKeyspacesDefaultGivesKeysTheirTimeToLive) {
  ASSERT_TRUE(client_.AlterKeyspace("orders", {.default_ttl = absl::Milliseconds(500)}).ok());
  ASSERT_TRUE(keyspace_.Put("short", "v").ok());
  ASSERT_TRUE(keyspace_.Put("kept", "v", {.ttl = absl::ZeroDuration()}).ok());
  EXPECT_TRUE(Eventually([&] {
    const auto gone = keyspace_.Get("short");
    return gone.ok() && !gone->found();
  }));
  EXPECT_TRUE(keyspace_.Get("kept")->found());
  const auto absurd = keyspace_.Put("k", "v", {.ttl = -absl::Seconds(1)});
  EXPECT_EQ(ReasonOf(absurd.status()), "TTL_NEGATIVE");
}

// As late a change of leaders as makes the time begin anew plain to see.
TEST_F(OnceTest, AChangeOfLeadersNeitherExtendsNorShortensATimeToLive) {
  constexpr absl::Duration kTtl = absl::Seconds(6);
  // What a loaded machine may take for the election and to be asked again.
  constexpr absl::Duration kLateMost = absl::Seconds(3);
  const absl::Time begun = absl::Now();
  ASSERT_TRUE(keyspace_.Put("k", "v", {.ttl = kTtl}).ok());
  const absl::Time written = absl::Now();
  absl::SleepFor(begun + kTtl * 2 / 3 - absl::Now());  // it is time that is tested
  cluster_.Kill(cluster_.LeaderOf(client_, "orders", "k"));
  const auto read = keyspace_.Get("k", {.deadline = absl::Seconds(20)});
  ASSERT_TRUE(read.ok()) << read.status();
  const bool in_time = absl::Now() < begun + kTtl;
  EXPECT_TRUE(read->found() || !in_time) << "a change of leaders does not shorten it";
  ASSERT_TRUE(Eventually([&] {
    const auto gone = keyspace_.Get("k");
    return gone.ok() && !gone->found();
  }));
  const absl::Time gone = absl::Now();
  EXPECT_GE(gone, begun + kTtl) << "not before its time by the machine's one calendar";
  EXPECT_LT(gone, written + kTtl + kLateMost) << "nor does it begin anew";
}

}  // namespace
}  // namespace quorate::testing
