#include "client/pipeline.h"

#include <atomic>
#include <map>
#include <numeric>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/notification.h"
#include "client/client.h"
#include "fake_node.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quorate::client {
namespace {

Client Connect(FakeCluster& cluster) {
  auto client = Client::Connect(cluster.endpoints(), {.backoff = {.initial = absl::Milliseconds(1),
                                                                  .max = absl::Milliseconds(5)}});
  EXPECT_TRUE(client.ok()) << client.status();
  return *std::move(client);
}

absl::Status NotApplied() {
  return MakeError(absl::StatusCode::kUnavailable, "NO_LEADER", "no leader yet", Applied::kNo);
}

// Counts answers by outcome.
struct Tally {
  std::atomic<int> done = 0;
  std::atomic<int> not_done = 0;
  std::atomic<int> unknown = 0;

  Callback<WriteReceipt> Count() {
    return [this](const absl::StatusOr<WriteReceipt>& written) {
      switch (OutcomeOf(written.status())) {
        case Outcome::kDone:
          ++done;
          break;
        case Outcome::kNotDone:
          ++not_done;
          break;
        case Outcome::kUnknown:
          ++unknown;
          break;
      }
    };
  }
};

TEST(PipelineTest, AnswersEachOperationOnce) {
  FakeCluster cluster(1);
  Tally tally;
  {
    auto pipe = Connect(cluster).Keyspace("orders").Pipeline({.max_in_flight = 64});
    for (int i = 0; i < 500; ++i) pipe.Put(std::to_string(i), "v", tally.Count());
    pipe.Drain();
    EXPECT_EQ(tally.done, 500);
    EXPECT_EQ(pipe.in_flight(), 0u);
  }
  EXPECT_EQ(cluster.data().size(), 500u);
  EXPECT_EQ(cluster.node(1).ops(), 500);
}

TEST(PipelineTest, ReadsWhatItWrote) {
  FakeCluster cluster(1);
  auto pipe = Connect(cluster).Keyspace("orders").Pipeline();
  pipe.Put("42", "paid", [](const auto&) {});
  pipe.Drain();
  std::optional<std::string> value;
  pipe.Get("42", [&](absl::StatusOr<GetResult> got) { value = got->value; });
  pipe.Drain();
  EXPECT_EQ(value, "paid");
}

TEST(PipelineTest, SendsWhatQueuedMeanwhileTogether) {
  FakeCluster cluster(1);
  auto pipe = Connect(cluster).Keyspace("orders").Pipeline({.max_in_flight = 1000});
  Tally tally;
  for (int i = 0; i < 1000; ++i) pipe.Put(std::to_string(i), "v", tally.Count());
  pipe.Drain();
  const std::vector<int> sizes = cluster.node(1).message_sizes();
  EXPECT_EQ(std::accumulate(sizes.begin(), sizes.end(), 0), 1000);
  EXPECT_LT(sizes.size(), 500u);
}

TEST(PipelineTest, HoldsItsCallerBackWhileTheWindowIsFull) {
  FakeCluster cluster(1);
  cluster.node(1).PlayForever(Script::Silence());
  Tally tally;
  auto pipe = Connect(cluster).Keyspace("orders").Pipeline(
      {.max_in_flight = 2, .deadline = absl::Milliseconds(300)});
  std::atomic<int> submitted = 0;
  std::thread caller([&] {
    for (int i = 0; i < 3; ++i) {
      pipe.Put(std::to_string(i), "v", tally.Count());
      ++submitted;
    }
  });
  cluster.node(1).WaitForOps(2);
  // The third can't have been submitted before an answer freed its place.
  EXPECT_EQ(pipe.in_flight(), 2u);
  EXPECT_LE(submitted, 2 + tally.unknown);
  caller.join();
  pipe.Drain();
  EXPECT_EQ(tally.unknown, 3);
}

TEST(PipelineTest, NeverBlocksInACallback) {
  FakeCluster cluster(1);
  auto pipe = Connect(cluster).Keyspace("orders").Pipeline({.max_in_flight = 1});
  absl::Notification second;
  pipe.Put("1", "v",
           [&](const auto&) { pipe.Put("2", "v", [&](const auto&) { second.Notify(); }); });
  second.WaitForNotification();
  pipe.Drain();
}

TEST(PipelineTest, RetriesOperationsThatWereNotApplied) {
  FakeCluster cluster(1);
  Tally tally;
  auto pipe = Connect(cluster).Keyspace("orders").Pipeline();
  cluster.node(1).Play(std::vector<Script>(10, Script::Error(NotApplied())));
  for (int i = 0; i < 10; ++i) pipe.Put(std::to_string(i), "v", tally.Count());
  pipe.Drain();
  EXPECT_EQ(tally.done, 10);
  EXPECT_EQ(cluster.node(1).ops(), 20);
}

TEST(PipelineTest, NeverRepeatsAWriteThatTheServerCallsUnknownAndThatMayHappenTwice) {
  FakeCluster cluster(1);
  Tally tally;
  auto pipe = Connect(cluster).Keyspace("orders").Pipeline({.exactly_once = false});
  cluster.node(1).Play({Script::Error(
      MakeError(absl::StatusCode::kUnavailable, "LEADER_LOST", "leader went", Applied::kUnknown))});
  pipe.Put("42", "v", tally.Count());
  pipe.Drain();
  EXPECT_EQ(tally.unknown, 1);
  EXPECT_EQ(cluster.node(1).ops(), 1);
}

TEST(PipelineTest, SendsWritesUnderWayAgainUnderTheirIdentityWhenTheStreamBreaks) {
  FakeCluster cluster(1);
  cluster.node(1).Play({Script::Silence(), Script::Silence(), Script::Silence()});
  Tally tally;
  auto pipe = Connect(cluster).Keyspace("orders").Pipeline();
  for (int i = 0; i < 3; ++i) pipe.Put(std::to_string(i), "v", tally.Count());
  cluster.node(1).WaitForOps(3);
  cluster.node(1).EndStreams();
  pipe.Drain();
  EXPECT_EQ(tally.done, 3);
  std::map<uint64_t, int> sent;
  for (const v1::Identity& identity : cluster.identities()) ++sent[identity.sequence()];
  EXPECT_EQ(sent, (std::map<uint64_t, int>{{1, 2}, {2, 2}, {3, 2}}));
}

TEST(PipelineTest, OpensAnotherWriterWhereTheFirstIsGone) {
  FakeCluster cluster(1);
  Tally tally;
  auto pipe = Connect(cluster).Keyspace("orders").Pipeline();
  cluster.node(1).Play({Script::Error(MakeError(absl::StatusCode::kFailedPrecondition,
                                                "WRITER_EXPIRED", "gone", Applied::kUnknown))});
  pipe.Put("42", "v", tally.Count());
  pipe.Drain();
  EXPECT_EQ(tally.done, 1);
  EXPECT_EQ(cluster.identities().back().writer(), 2u);
}

TEST(PipelineTest, NeverRepeatsAWriteThatWasUnderWayWhenTheStreamBrokeAndThatMayHappenTwice) {
  FakeCluster cluster(1);
  cluster.node(1).PlayForever(Script::Silence());
  Tally tally;
  auto pipe = Connect(cluster).Keyspace("orders").Pipeline({.exactly_once = false});
  for (int i = 0; i < 5; ++i) pipe.Put(std::to_string(i), "v", tally.Count());
  cluster.node(1).WaitForOps(5);
  cluster.node(1).EndStreams();
  pipe.Drain();
  EXPECT_EQ(tally.unknown, 5);
  EXPECT_EQ(cluster.node(1).ops(), 5);
}

TEST(PipelineTest, AsksAgainForReadsThatWereUnderWayWhenTheStreamBroke) {
  FakeCluster cluster(1);
  cluster.node(1).Play({Script::Silence()});
  auto pipe = Connect(cluster).Keyspace("orders").Pipeline();
  bool answered = false;
  pipe.Get("42", [&](const absl::StatusOr<GetResult>& got) { answered = got.ok(); });
  cluster.node(1).WaitForOps(1);
  cluster.node(1).EndStreams();
  pipe.Drain();
  EXPECT_TRUE(answered);
  EXPECT_EQ(cluster.node(1).ops(), 2);
}

TEST(PipelineTest, OpensANewStreamAfterABreak) {
  FakeCluster cluster(1);
  Tally tally;
  auto pipe = Connect(cluster).Keyspace("orders").Pipeline();
  for (int round = 0; round < 3; ++round) {
    pipe.Put("42", "v", tally.Count());
    pipe.Drain();
    cluster.node(1).EndStreams();
  }
  EXPECT_EQ(tally.done + tally.unknown, 3);
  pipe.Put("43", "v", tally.Count());
  pipe.Drain();
  EXPECT_TRUE(cluster.data().contains("43") || tally.unknown > 0);
}

TEST(PipelineTest, TakesWhatNeverLeftToAnotherNode) {
  FakeCluster cluster(2);
  Tally tally;
  auto pipe = Connect(cluster).Keyspace("orders").Pipeline();
  cluster.Kill(1);
  for (int i = 0; i < 20; ++i) pipe.Put(std::to_string(i), "v", tally.Count());
  pipe.Drain();
  EXPECT_EQ(tally.done, 20);
  EXPECT_EQ(cluster.data().size(), 20u);
}

TEST(PipelineTest, TellsUnansweredWritesForUnknownAtTheirDeadline) {
  FakeCluster cluster(1);
  cluster.node(1).Play({Script::Answer(), Script::Silence(), Script::Answer()});
  Tally tally;
  auto pipe = Connect(cluster).Keyspace("orders").Pipeline({.deadline = absl::Milliseconds(200)});
  for (int i = 0; i < 3; ++i) pipe.Put(std::to_string(i), "v", tally.Count());
  pipe.Drain();
  EXPECT_EQ(tally.done, 2);
  EXPECT_EQ(tally.unknown, 1);
}

TEST(PipelineTest, LeavesAStreamThatSaysNothing) {
  FakeCluster cluster(1);
  cluster.node(1).Play({Script::Silence()});
  Tally tally;
  auto pipe = Connect(cluster).Keyspace("orders").Pipeline({.deadline = absl::Milliseconds(100)});
  pipe.Put("1", "v", tally.Count());
  pipe.Drain();
  EXPECT_EQ(tally.unknown, 1);
  pipe.Put("2", "v", tally.Count());
  pipe.Drain();
  EXPECT_EQ(tally.done, 1);
}

}  // namespace
}  // namespace quorate::client
