// How long the client goes on where it is refused, and whom it avoids meanwhile.
#include <algorithm>
#include <atomic>

#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "base/error.h"
#include "base/limits.h"
#include "client/client.h"
#include "fake_node.h"
#include "gtest/gtest.h"

namespace quorate::client {
namespace {

absl::Status Refused(std::string_view reason) {
  return MakeError(absl::StatusCode::kUnavailable, reason, "not now", Applied::kNo);
}

// So many callers that each puts a key, one of which is refused by all nodes.
class StallTest : public testing::Test {
 protected:
  static constexpr int kCallers = 16;
  static constexpr int kCapacity = 20;
  static constexpr int kPerSecond = 100;

  StallTest() { Refuse(Script::Error(Refused("NO_LEADER"))); }

  void Refuse(const Script& script) {
    for (int node = 1; node <= 3; ++node) cluster_.node(node).PlayForever(script);
  }
  int calls() {
    return cluster_.node(1).calls() + cluster_.node(2).calls() + cluster_.node(3).calls();
  }
  void CallAll() {
    for (int i = 0; i < kCallers; ++i) {
      orders_.Put(std::to_string(i), "paid", {.exactly_once = false},
                  [this](absl::StatusOr<WriteReceipt> written) {
                    absl::MutexLock lock(&mutex_);
                    ended_.push_back(written.status());
                  });
    }
  }
  std::vector<absl::Status> ended() {
    absl::MutexLock lock(&mutex_);
    return ended_;
  }

  FakeCluster cluster_{3};
  absl::Mutex mutex_;
  std::vector<absl::Status> ended_ ABSL_GUARDED_BY(mutex_);
  Client client_ = *Client::Connect(
      cluster_.endpoints(),
      {.deadline = absl::Seconds(20),
       .backoff = {.initial = absl::Milliseconds(1), .max = absl::Milliseconds(20)},
       .retry_budget = {.capacity = kCapacity, .per_call = 0, .per_second = kPerSecond}});
  Keyspace orders_ = client_.Keyspace("orders");
};

TEST_F(StallTest, NobodyGivesUpLongBeforeTheDeadlineWhatIsOnlyRefusedForAWhile) {
  CallAll();
  // More than the budget has saved.
  while (calls() < kCallers + 3 * kCapacity && ended().empty()) {
    absl::SleepFor(absl::Milliseconds(1));
  }
  EXPECT_TRUE(ended().empty()) << ended().front();
  Refuse(Script::Answer());
  while (ended().size() < kCallers) absl::SleepFor(absl::Milliseconds(1));
  for (const absl::Status& status : ended()) EXPECT_TRUE(status.ok()) << status;
}

TEST_F(StallTest, NodesAreNotAskedMoreOftenThanTheBudgetEarns) {
  const absl::Time begun = absl::Now();
  CallAll();
  while (calls() < kCallers + 3 * kCapacity) absl::SleepFor(absl::Milliseconds(1));
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begun);
  EXPECT_GE(kCallers + kCapacity + kPerSecond * seconds, calls());
  Refuse(Script::Answer());
  while (ended().size() < kCallers) absl::SleepFor(absl::Milliseconds(1));
}

TEST_F(StallTest, APipelineDoesNotGiveUpEither) {
  auto pipeline = orders_.Pipeline({.exactly_once = false, .max_in_flight = 1});
  std::atomic<int> failed = 0;
  // Each is a message of its own, so that it is paid for by itself.
  cluster_.node(1).Play(std::vector<Script>(3 * kCapacity, Script::Error(Refused("NO_LEADER"))));
  for (int node = 1; node <= 3; ++node) cluster_.node(node).PlayForever(Script::Answer());
  for (int i = 0; i < kCallers; ++i) {
    pipeline.Put(std::to_string(i), "paid",
                 [&](const absl::StatusOr<WriteReceipt>& written) { failed += !written.ok(); });
  }
  pipeline.Drain();
  EXPECT_EQ(failed, 0);
}

// Or it would fill the sockets on the way, and be refused after all that comes before it.
TEST(FloodedNodeTest, WhatIsMoreThanAnyNodeTakesOnIsRefusedWhileItSaysNothingYet) {
  constexpr int kPuts = 3000;
  constexpr int kTakenOn = static_cast<int>(limits::kCallsUnderWayMin);
  FakeCluster cluster(1);
  cluster.node(1).PlayForever(Script::Silence());
  std::atomic<int> refused = 0, other = 0;
  {
    const auto client = Client::Connect(
        cluster.endpoints(), {.deadline = absl::Seconds(60),
                              .retry_budget = {.capacity = 0, .per_call = 0, .per_second = 0}});
    ASSERT_TRUE(client.ok()) << client.status();
    auto orders = client->Keyspace("orders");
    for (int i = 0; i < kPuts; ++i) {
      orders.Put(std::to_string(i), "paid", {.exactly_once = false},
                 [&](const absl::StatusOr<WriteReceipt>& written) {
                   const bool told = ReasonOf(written.status()) == "NODE_OVERLOADED" &&
                                     RetryAfterOf(written.status()).has_value();
                   ++(told ? refused : other);
                 });
    }
    while (refused + other < kPuts - kTakenOn) absl::SleepFor(absl::Milliseconds(1));
    EXPECT_EQ(refused, kPuts - kTakenOn);
    EXPECT_EQ(other, 0);
    EXPECT_LE(cluster.node(1).calls(), kTakenOn);
    cluster.Kill(1);
  }
  EXPECT_EQ(refused + other, kPuts);
}

class GoingDownTest : public testing::TestWithParam<bool> {};

TEST_P(GoingDownTest, OnlyTheNodeThatIsGoingDownItselfIsAvoided) {
  const bool another = GetParam();
  FakeCluster cluster(2);
  cluster.SetServing(1);
  const auto client =
      Client::Connect(cluster.endpoints(),
                      {.breaker = {.open_for = absl::Hours(1), .open_for_max = absl::Hours(1)}});
  ASSERT_TRUE(client.ok()) << client.status();
  auto orders = client->Keyspace("orders");
  ASSERT_TRUE(orders.Put("42", "placed").ok());
  absl::Status going = Refused("SHUTTING_DOWN");
  if (another) SetErrorDetail(going, "going_down", "n2");
  cluster.node(1).Play({Script::Error(going)});
  ASSERT_TRUE(orders.Put("42", "paid").ok());
  const int before = cluster.node(1).calls();
  ASSERT_TRUE(orders.Put("42", "sent").ok());
  EXPECT_EQ(cluster.node(1).calls() - before, another ? 1 : 0);
}

INSTANTIATE_TEST_SUITE_P(, GoingDownTest, testing::Bool(), [](const auto& info) {
  return info.param ? "WhereAnotherIs" : "WhereItIsItself";
});

}  // namespace
}  // namespace quorate::client
