// What the client does in mode quorum about writes whose outcome it was not told.
#include "base/error.h"
#include "client/client.h"
#include "fake_node.h"
#include "gtest/gtest.h"

namespace quorate::client {
namespace {

Client Connect(FakeCluster& cluster) {
  ClientOptions options;
  options.backoff = {.initial = absl::Milliseconds(1), .max = absl::Milliseconds(5)};
  auto client = Client::Connect(cluster.endpoints(), options);
  EXPECT_TRUE(client.ok()) << client.status();
  return *std::move(client);
}

absl::Status Unknown() {
  return MakeError(absl::StatusCode::kUnavailable, "REPLICAS_LOST", "gone", Applied::kUnknown);
}

FakeCluster& WithCounters(FakeCluster& cluster) {
  cluster.SetMode(v1::MODE_QUORUM);
  cluster.SetConflict(v1::CONFLICT_COUNTER);
  return cluster;
}

TEST(LeaderlessTest, AsksWhatBecameOfAnAdditionInModeQuorumAndSendsItAgainIfItNeverWas) {
  FakeCluster cluster(2);
  auto orders = Connect(WithCounters(cluster)).Keyspace("orders");
  cluster.node(1).Play({Script::Error(Unknown())});
  const auto added = orders.Add("42", 1);
  ASSERT_TRUE(added.ok()) << added.status();
  const auto sent = cluster.identities();
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(sent[0].writer(), sent[1].writer());
  EXPECT_EQ(sent[1].sequence(), 2u) << "under another sequence, for the first is fenced";
}

TEST(LeaderlessTest, AWriteToARegisterThatWasOvertakenGoesOnUnderAnotherNumber) {
  FakeCluster cluster(2);
  cluster.SetMode(v1::MODE_QUORUM);
  cluster.SetConflict(v1::CONFLICT_REGISTER);
  auto seats = Connect(cluster).Keyspace("orders");
  const auto overtaken = [](Applied applied) {
    return MakeError(absl::StatusCode::kAborted, "REGISTER_CONTENDED", "others", applied);
  };
  cluster.node(1).Play(
      {Script::Error(overtaken(Applied::kNo)), Script::Error(overtaken(Applied::kNo))});
  const auto added = seats.Add("42", 1);
  ASSERT_TRUE(added.ok()) << added.status();
  ASSERT_EQ(cluster.identities().size(), 3u);
  EXPECT_EQ(cluster.identities()[2].sequence(), 3u);
  // What may have been done is asked for first.
  cluster.SetFate(4, v1::FATE_EXPIRED);
  cluster.node(1).Play({Script::Error(overtaken(Applied::kUnknown))});
  const absl::Status unknown = seats.Add("42", 1).status();
  EXPECT_EQ(OutcomeOf(unknown), Outcome::kUnknown) << unknown;
  EXPECT_EQ(cluster.identities().size(), 4u);
}

TEST(LeaderlessTest, AnAdditionInModeQuorumThatWasAppliedIsNotSentAgain) {
  FakeCluster cluster(2);
  auto orders = Connect(WithCounters(cluster)).Keyspace("orders");
  cluster.SetFate(1, v1::FATE_APPLIED);
  cluster.node(1).Play({Script::Error(Unknown())});
  const auto added = orders.Add("42", 1);
  EXPECT_TRUE(added.ok()) << added.status();
  EXPECT_EQ(cluster.identities().size(), 1u);
}

TEST(LeaderlessTest, AnAdditionThatWasAppliedBelowItsLevelIsSaidToBe) {
  FakeCluster cluster(2);
  auto orders = Connect(WithCounters(cluster)).Keyspace("orders");
  cluster.SetFate(1, v1::FATE_APPLIED, v1::LEVEL_ONE);
  cluster.node(1).Play({Script::Error(Unknown())});
  const absl::Status status = orders.Add("42", 1).status();
  EXPECT_EQ(ReasonOf(status), "LEVEL_NOT_REACHED") << status;
  EXPECT_EQ(AppliedOf(status), Applied::kYes);
}

TEST(LeaderlessTest, AnAdditionInModeQuorumWhoseFateNobodyKnowsNamesItsOperation) {
  FakeCluster cluster(2);
  auto orders = Connect(WithCounters(cluster)).Keyspace("orders");
  cluster.SetFate(1, v1::FATE_EXPIRED);
  cluster.node(1).Play({Script::Error(Unknown())});
  const absl::Status status = orders.Add("42", 1).status();
  EXPECT_EQ(OutcomeOf(status), Outcome::kUnknown) << status;
  ASSERT_TRUE(OperationOf(status));
  EXPECT_EQ(OperationText(*OperationOf(status)), "orders/2/1/1");
}

}  // namespace
}  // namespace quorate::client
