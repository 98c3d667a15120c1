// What the client does about nodes that fail, seen from its calls.
#include "client/client.h"

#include <thread>

#include "client/wait.h"
#include "fake_node.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace quorate::client {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr int kNoRetries = 1;

// A client with short waits.
Client Connect(FakeCluster& cluster, ClientOptions options = {}) {
  options.backoff = {.initial = absl::Milliseconds(1), .max = absl::Milliseconds(5)};
  auto client = Client::Connect(cluster.endpoints(), options);
  EXPECT_TRUE(client.ok()) << client.status();
  return *std::move(client);
}

absl::Status NotApplied() {
  return MakeError(absl::StatusCode::kUnavailable, "NO_LEADER", "no leader yet", Applied::kNo);
}
absl::Status Unknown() {
  return MakeError(absl::StatusCode::kUnavailable, "LEADER_LOST", "leader went", Applied::kUnknown);
}

TEST(ClientTest, FillsEveryFieldOfAReceipt) {
  FakeCluster cluster(1);
  auto orders = Connect(cluster).Keyspace("orders");
  const auto written = orders.Put("42", "paid");
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_EQ(written->asked, Level::kQuorum);
  EXPECT_EQ(written->achieved, Level::kLinearizable);
  EXPECT_EQ(written->version, 77u);
  EXPECT_EQ(written->mode, Mode::kRaft);
  EXPECT_EQ(written->epoch, Epoch(1));
  EXPECT_EQ(written->served_by, NodeId(1));
  EXPECT_THAT(written->acked_by, ElementsAre(NodeId(1), NodeId(2)));
  EXPECT_EQ(written->durable, 2u);
  EXPECT_EQ(written->staleness, absl::Microseconds(1500));
  EXPECT_FALSE(written->existed);

  const auto read = orders.Get("42");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->value, "paid");
  EXPECT_EQ(read->receipt.served_by, NodeId(1));
  EXPECT_FALSE(orders.Get("43")->found());
}

TEST(ClientTest, RefusesEndpointsThatAreNone) {
  for (const char* bad : {"", "localhost", ":7400", "a:b", "127.0.0.1:7400,,"}) {
    const auto client = Client::Connect(bad);
    EXPECT_EQ(client.status().code(), absl::StatusCode::kInvalidArgument) << bad;
  }
  EXPECT_EQ(Client::Connect("127.0.0.1:1", {.deadline = absl::ZeroDuration()}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(ClientTest, SaysWhyEachEndpointCouldNotBeReached) {
  // Told at once: the deadline is longer than any test may take.
  const auto client = Client::Connect("127.0.0.1:1,127.0.0.1:2", {.deadline = absl::Hours(1)});
  ASSERT_FALSE(client.ok());
  EXPECT_EQ(client.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(OutcomeOf(client.status()), Outcome::kNotDone);
  const auto details = ErrorDetailsOf(client.status());
  EXPECT_THAT(details.at("127.0.0.1:1"), HasSubstr("refused"));
  EXPECT_THAT(details.at("127.0.0.1:2"), HasSubstr("refused"));
}

TEST(ClientTest, RidesOutARestartOfAllNodesOnceItKnowsThem) {
  FakeCluster cluster(1);
  auto orders = Connect(cluster).Keyspace("orders");
  cluster.Kill(1);
  // The channel may have yet to learn that its connection is gone.
  EXPECT_FALSE(orders.Get("42", {.deadline = absl::Milliseconds(100)}).ok());
  // From here on it refuses by itself, without an attempt to connect.
  const auto refused = orders.Put("42", "early", {.deadline = absl::Milliseconds(100)});
  EXPECT_EQ(OutcomeOf(refused.status()), Outcome::kNotDone) << refused.status();
  const auto written = WaitFor<WriteReceipt>([&](auto done) {
    orders.Put("42", "paid", {.deadline = absl::Seconds(30)}, std::move(done));
    cluster.Restart(1);
  });
  EXPECT_TRUE(written.ok()) << written.status();
}

// gRPC ends its threads with the last channel, and must not do so on one of them.
TEST(ClientTest, LeavesNoChannelToBeDroppedOnAThreadOfGrpcs) {
  for (int i = 0; i < 100; ++i) {
    const auto client = Client::Connect("127.0.0.1:1", {.deadline = absl::Milliseconds(1)});
    ASSERT_FALSE(client.ok());
  }
}

TEST(ClientTest, RetriesAWriteThatWasNotApplied) {
  FakeCluster cluster(1);
  auto orders = Connect(cluster).Keyspace("orders");
  cluster.node(1).Play({Script::Error(NotApplied()), Script::Error(NotApplied())});
  EXPECT_TRUE(orders.Put("42", "paid").ok());
  EXPECT_EQ(cluster.node(1).calls(), 3);
}

TEST(ClientTest, NeverRepeatsAWriteOfUnknownOutcomeThatMayHappenTwice) {
  for (const Script& script :
       {Script::Error(Unknown()), Script::RawError(absl::UnavailableError("socket closed")),
        Script::RawError(absl::InternalError("reset")),
        // Words of gRPC's own, but from the other side of the connection.
        Script::RawError(absl::DeadlineExceededError("late"))}) {
    FakeCluster cluster(2);
    auto orders = Connect(cluster).Keyspace("orders");
    cluster.node(1).Play({script});
    const auto written = orders.Put("42", "paid", {.exactly_once = false});
    EXPECT_EQ(OutcomeOf(written.status()), Outcome::kUnknown) << written.status();
    EXPECT_EQ(OperationOf(written.status()), std::nullopt);
    EXPECT_EQ(cluster.node(1).calls() + cluster.node(2).calls(), kNoRetries);
  }
}

// Without an identity it would count twice.
TEST(ClientTest, NeverRepeatsAnAdditionOfUnknownOutcomeInModeQuorum) {
  for (const bool counter : {true, false}) {
    FakeCluster cluster(2);
    cluster.SetMode(v1::MODE_QUORUM);
    auto orders = Connect(cluster).Keyspace("orders");
    for (int node = 1; node <= 2; ++node) cluster.node(node).Play({Script::Error(Unknown())});
    const absl::Status status = counter
                                    ? orders.Add("42", 1).status()
                                    : orders.Mutate(Mutation::AddElement("42", "paid")).status();
    EXPECT_EQ(OutcomeOf(status), Outcome::kUnknown) << status;
    EXPECT_EQ(cluster.node(1).calls() + cluster.node(2).calls(), kNoRetries);
  }
}

TEST(ClientTest, SendsAWriteOfUnknownOutcomeAgainUnderTheSameIdentity) {
  for (const Script& script :
       {Script::Error(Unknown()), Script::RawError(absl::UnavailableError("socket closed")),
        Script::RawError(absl::InternalError("reset"))}) {
    FakeCluster cluster(2);
    auto orders = Connect(cluster).Keyspace("orders");
    ASSERT_TRUE(orders.Put("41", "paid").ok());
    cluster.node(1).Play({script});
    ASSERT_TRUE(orders.Put("42", "paid").ok());
    ASSERT_TRUE(orders.Put("43", "paid").ok());
    const auto sent = cluster.identities();
    ASSERT_EQ(sent.size(), 4u);
    EXPECT_EQ(sent[1].ShortDebugString(), sent[2].ShortDebugString());
    EXPECT_EQ(sent[0].sequence(), 1u);
    EXPECT_EQ(sent[1].sequence(), 2u);
    EXPECT_EQ(sent[3].sequence(), 3u);
    EXPECT_EQ(sent[3].settled_below(), 3u) << "what was answered is settled";
    EXPECT_EQ(sent[3].partition_id(), 2u);
  }
}

TEST(ClientTest, NamesTheOperationWhoseOutcomeItCouldNotLearn) {
  FakeCluster cluster(1);
  auto db = Connect(cluster);
  auto orders = db.Keyspace("orders");
  cluster.node(1).PlayForever(Script::Error(Unknown()));
  const auto written = orders.Put("42", "paid", {.deadline = absl::Seconds(1)});
  EXPECT_EQ(OutcomeOf(written.status()), Outcome::kUnknown) << written.status();
  const auto operation = OperationOf(written.status());
  ASSERT_TRUE(operation);
  EXPECT_EQ(OperationText(*operation), "orders/2/1/1");
  cluster.node(1).PlayForever(Script::Answer());
  const auto looked = db.Resolve(*operation, {.leave_possible = true});
  ASSERT_TRUE(looked.ok()) << looked.status();
  EXPECT_EQ(looked->fate, Resolution::Fate::kPossible);
  // Not resolved yet, so it is not settled.
  ASSERT_TRUE(orders.Put("43", "paid").ok());
  EXPECT_EQ(cluster.identities().back().settled_below(), 1u);
  EXPECT_EQ(db.Resolve(*operation)->fate, Resolution::Fate::kNever);
  ASSERT_TRUE(orders.Put("44", "paid").ok());
  EXPECT_EQ(cluster.identities().back().settled_below(), 3u);
}

TEST(ClientTest, ALaterRefusalDoesNotMakeAnUnknownWriteUndone) {
  FakeCluster cluster(1);
  auto orders = Connect(cluster).Keyspace("orders");
  cluster.node(1).PlayForever(Script::Error(NotApplied()));
  cluster.node(1).Play({Script::Error(Unknown())});
  const auto written = orders.Put("42", "paid", {.deadline = absl::Seconds(1)});
  EXPECT_GE(cluster.node(1).calls(), 2);
  EXPECT_EQ(OutcomeOf(written.status()), Outcome::kUnknown) << written.status();
}

TEST(ClientTest, OpensAnotherWriterWhereTheFirstIsGoneAndNothingWasDone) {
  FakeCluster cluster(1);
  auto orders = Connect(cluster).Keyspace("orders");
  const Script gone = Script::Error(MakeError(absl::StatusCode::kFailedPrecondition,
                                              "WRITER_EXPIRED", "gone", Applied::kUnknown));
  cluster.node(1).Play({gone});
  ASSERT_TRUE(orders.Put("42", "paid").ok());
  EXPECT_EQ(cluster.identities().back().writer(), 2u);
  cluster.node(1).Play({Script::Error(Unknown()), gone});
  const auto written = orders.Put("42", "paid");
  EXPECT_EQ(OutcomeOf(written.status()), Outcome::kUnknown) << "the first attempt may be done";
  EXPECT_EQ(cluster.identities().back().writer(), 2u);
}

TEST(ClientTest, GivesAWriteAtOneNoIdentity) {
  FakeCluster cluster(1);
  auto orders = Connect(cluster).Keyspace("orders");
  ASSERT_TRUE(orders.Put("42", "paid", {.level = Level::kOne}).ok());
  EXPECT_EQ(cluster.identities().back().writer(), 0u);
}

TEST(ClientTest, DoesNotTakeAServersWordsForAConnectionThatFailed) {
  FakeCluster cluster(1);
  auto orders = Connect(cluster).Keyspace("orders");
  cluster.node(1).Play({Script::RawError(
      absl::UnavailableError("failed to connect to all addresses; last error: a peer's"))});
  const auto written = orders.Put("42", "paid", {.exactly_once = false});
  EXPECT_EQ(OutcomeOf(written.status()), Outcome::kUnknown) << written.status();
  EXPECT_EQ(cluster.node(1).calls(), kNoRetries);
}

TEST(ClientTest, RepeatsReadsWhateverHappenedToThem) {
  FakeCluster cluster(2);
  auto orders = Connect(cluster).Keyspace("orders");
  ASSERT_TRUE(orders.Put("42", "paid").ok());
  cluster.node(1).Play({Script::Error(Unknown()), Script::RawError(absl::UnknownError("?"))});
  const auto read = orders.Get("42");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->value, "paid");
}

TEST(ClientTest, TakesWritesToAnotherNodeWhenTheFirstCannotBeReached) {
  FakeCluster cluster(3);
  // Nobody has been connected to the first: nothing sent to it can have arrived.
  const auto client = Client::Connect(cluster.node(2).address());
  ASSERT_TRUE(client.ok()) << client.status();
  cluster.Kill(1);
  const auto written = client->Keyspace("orders").Put("42", "paid");
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_NE(written->served_by, NodeId(1));
}

TEST(ClientTest, TakesReadsAwayFromANodeThatSaysNothing) {
  FakeCluster cluster(2);
  auto orders = Connect(cluster).Keyspace("orders");
  cluster.node(1).PlayForever(Script::Silence());
  const auto read = orders.Get("42", {.deadline = absl::Milliseconds(400)});
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->receipt.served_by, NodeId(2));
}

TEST(ClientTest, DoesNotStickToANodeThatSaysNothing) {
  FakeCluster cluster(2);
  auto orders =
      Connect(cluster, {.breaker = {.failures = 1, .open_for = absl::Hours(1)}}).Keyspace("orders");
  cluster.SetServing(1);
  cluster.node(1).PlayForever(Script::Silence());
  ASSERT_TRUE(orders.Get("42", {.deadline = absl::Milliseconds(400)}).ok());
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(orders.Put("42", "paid").ok());
  EXPECT_EQ(cluster.node(1).calls(), 1);
}

TEST(ClientTest, TellsASilentWriteForUnknownAtItsDeadline) {
  FakeCluster cluster(1);
  auto orders = Connect(cluster).Keyspace("orders");
  cluster.node(1).Play({Script::Silence()});
  const auto written = orders.Put("42", "paid", {.deadline = absl::Milliseconds(50)});
  EXPECT_EQ(written.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(OutcomeOf(written.status()), Outcome::kUnknown);
}

TEST(ClientTest, TellsWhatANodeSaidRatherThanThatAnotherIsNotThere) {
  FakeCluster cluster(2);
  auto orders = Connect(cluster, {.retry_budget = {.capacity = 1, .per_call = 1, .per_second = 0}})
                    .Keyspace("orders");
  ASSERT_TRUE(orders.Put("42", "paid").ok());
  cluster.Kill(2);
  cluster.node(1).Play({Script::Error(NotApplied())});
  const auto read = orders.Get("42");
  EXPECT_EQ(ReasonOf(read.status()), "NO_LEADER") << read.status();
  EXPECT_THAT(read.status().ToString(), HasSubstr("refused")) << "of n2, beside it";
}

TEST(ClientTest, AsksNobodyAgainWhereReplicasAreMissing) {
  FakeCluster cluster(2);
  auto orders = Connect(cluster).Keyspace("orders");
  ASSERT_TRUE(orders.Put("42", "paid").ok());
  const int before = cluster.node(1).calls();
  cluster.Kill(2);
  cluster.node(1).Play(std::vector<Script>(
      2, Script::Error(MakeError(absl::StatusCode::kUnavailable, "REPLICAS_MISSING",
                                 "n2 can't be reached", Applied::kNo))));
  EXPECT_EQ(ReasonOf(orders.Get("42").status()), "REPLICAS_MISSING");
  EXPECT_EQ(cluster.node(1).calls(), before + 1);
}

TEST(ClientTest, StopsRetryingWhenTheBudgetIsSpentForGood) {
  FakeCluster cluster(1);
  auto orders = Connect(cluster, {.retry_budget = {.capacity = 3, .per_call = 0, .per_second = 0}})
                    .Keyspace("orders");
  cluster.node(1).PlayForever(Script::Error(NotApplied()));
  const auto written = orders.Put("42", "paid");
  EXPECT_EQ(ReasonOf(written.status()), "NO_LEADER");
  EXPECT_EQ(OutcomeOf(written.status()), Outcome::kNotDone);
  EXPECT_EQ(cluster.node(1).calls(), 4);
}

TEST(ClientTest, GoesStraightToTheNodeThatServedBefore) {
  FakeCluster cluster(3);
  auto orders = Connect(cluster).Keyspace("orders");
  cluster.SetServing(3);
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(orders.Put("42", "paid", {.exactly_once = false}).ok());
  }
  EXPECT_EQ(cluster.node(1).calls(), 1);
  EXPECT_EQ(cluster.node(3).calls(), 3);
}

TEST(ClientTest, AsksNobodyButTheEndpointsGivenIfToldSo) {
  FakeCluster cluster(3);
  const auto client = Client::Connect(cluster.node(2).address(), {.only_endpoints = true});
  ASSERT_TRUE(client.ok()) << client.status();
  cluster.SetServing(3);
  auto orders = client->Keyspace("orders");
  for (int i = 0; i < 4; ++i) {
    ASSERT_TRUE(orders.Put("42", "paid", {.exactly_once = false}).ok());
    ASSERT_TRUE(orders.Get("42").ok());
  }
  EXPECT_EQ(cluster.node(2).calls(), 8);
  EXPECT_EQ(cluster.node(1).calls() + cluster.node(3).calls(), 0);
}

TEST(ClientTest, FetchesTheTopologyWhenAReplyKnowsANewerOne) {
  FakeCluster cluster(1);
  auto client = Connect(cluster);
  ASSERT_EQ(cluster.node(1).topologies(), 1);
  cluster.SetEpoch(2);
  ASSERT_TRUE(client.Keyspace("orders").Put("42", "paid").ok());
  // The last handle waits for the refresh that is under way.
  { auto gone = std::move(client); }
  EXPECT_EQ(cluster.node(1).topologies(), 2);
}

TEST(ClientTest, LeavesTheTopologyAloneWhileNothingChanges) {
  FakeCluster cluster(1);
  {
    auto client = Connect(cluster);
    ASSERT_TRUE(client.Keyspace("orders").Put("42", "paid").ok());
  }
  EXPECT_EQ(cluster.node(1).topologies(), 1);
}

TEST(ClientTest, GoesOnWithAScanAfterABreak) {
  FakeCluster cluster(2);
  auto orders = Connect(cluster).Keyspace("orders");
  for (const char* key : {"a", "b", "c", "d", "e"}) ASSERT_TRUE(orders.Put(key, "v").ok());
  std::vector<std::string> keys;
  auto scan = orders.Scan();
  for (const Record& record : scan) {
    keys.push_back(record.key);
    if (record.key == "b") cluster.Kill(1);
  }
  EXPECT_TRUE(scan.status().ok()) << scan.status();
  EXPECT_THAT(keys, ElementsAre("a", "b", "c", "d", "e"));
}

TEST(ClientTest, RefusesARequestThatFitsNoMessage) {
  FakeCluster cluster(1);
  auto orders = Connect(cluster).Keyspace("orders");
  const auto written = orders.Put("42", std::string(17 << 20, 'x'));
  EXPECT_EQ(ReasonOf(written.status()), "REQUEST_TOO_LARGE");
  EXPECT_EQ(OutcomeOf(written.status()), Outcome::kNotDone);
  EXPECT_EQ(cluster.node(1).calls(), 0);
}

}  // namespace
}  // namespace quorate::client
