// Sessions of keyspaces of mode quorum over real processes and by kvctl.
#include <gmock/gmock.h>
#include <unistd.h>

#include "base/error.h"
#include "base/session_token.h"
#include "cluster/cluster.h"
#include "quorum/keyspace_session.h"

namespace quorate::testing {
namespace {

using ::testing::HasSubstr;

class QuorumSessionTest : public ::testing::Test {
 protected:
  QuorumSessionTest() { Make(); }
  void Make() {
    const auto made = client_.CreateKeyspace(
        "carts", {.mode = Mode::kQuorum, .partitions = 2, .conflict = Conflict::kLww});
    EXPECT_TRUE(made.ok()) << made.status();
  }
  Refusal Kvctl(std::vector<std::string> arguments) {
    std::vector<std::string> command = {QUORATE_BIN_DIR "/kvctl", "--endpoints",
                                        cluster_.endpoints()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return RunToEnd(command);
  }

  Cluster cluster_{3};
  Client client_ = cluster_.Connect();
  Keyspace keyspace_ = client_.Keyspace("carts");
};

TEST_F(QuorumSessionTest, SeesItsOwnWritesAtEveryNodeAndInEveryProcess) {
  Session session = client_.NewSession();
  for (int round = 0; round < 20; ++round) {
    const std::string value = std::to_string(round);
    ASSERT_TRUE(keyspace_.Put("k", value, {.level = Level::kOne, .session = session}).ok());
    for (int node = 1; node <= 3; ++node) {
      Client through = cluster_.Through(node);
      auto resumed = through.ResumeSession(session.token());
      ASSERT_TRUE(resumed.ok()) << resumed.status();
      const auto read = through.Keyspace("carts").Get("k", {.session = *resumed});
      ASSERT_TRUE(read.ok()) << read.status();
      EXPECT_EQ(read->value, value);
      EXPECT_EQ(read->receipt.achieved, Level::kSession);
      session = *client_.ResumeSession(resumed->token());
    }
  }
}

TEST_F(QuorumSessionTest, APipelineReadsWhatItWasToldOfAtWhicheverNode) {
  Session session = client_.NewSession();
  for (int round = 0; round < 10; ++round) {
    const std::string value = std::to_string(round);
    {
      auto writes = keyspace_.Pipeline({.session = session});
      writes.Put("k", value, [](const auto& written) { EXPECT_TRUE(written.ok()); });
    }
    for (int node = 1; node <= 3; ++node) {
      Client through = cluster_.Through(node);
      auto resumed = through.ResumeSession(session.token());
      ASSERT_TRUE(resumed.ok()) << resumed.status();
      auto reads = through.Keyspace("carts").Pipeline({.session = *resumed});
      reads.Get("k", [&](const absl::StatusOr<GetResult>& read) {
        ASSERT_TRUE(read.ok()) << read.status();
        EXPECT_EQ(read->value, value);
        EXPECT_EQ(read->receipt.achieved, Level::kSession);
      });
    }
  }
}

TEST_F(QuorumSessionTest, SeesAWriteAtOneAgainWhenTheNodeThatHasItIsBack) {
  Session session = client_.NewSession();
  cluster_.Kill(2);
  cluster_.Kill(3);
  ASSERT_TRUE(Eventually([&] {
    return cluster_.Through(1)
        .Keyspace("carts")
        .Put("k", "mine", {.level = Level::kOne, .session = session})
        .ok();
  }));
  cluster_.Kill(1);
  cluster_.Start(2);
  cluster_.Start(3);
  cluster_.WaitReady(2);
  Client through = cluster_.Through(2);
  auto resumed = through.ResumeSession(session.token());
  ASSERT_TRUE(resumed.ok()) << resumed.status();
  const ReadOptions at_session = {.session = *resumed, .deadline = absl::Milliseconds(500)};
  EXPECT_TRUE(Eventually([&] {
    const auto read = through.Keyspace("carts").Get("k", at_session);
    EXPECT_FALSE(read.ok()) << "nobody who lives has it";
    return ReasonOf(read.status()) == "SESSION_NOT_COVERED";
  }));
  cluster_.Start(1);
  EXPECT_TRUE(Eventually([&] {
    const auto read = through.Keyspace("carts").Get("k", at_session);
    EXPECT_TRUE(!read.ok() || read->value == "mine");
    return read.ok();
  }));
}

TEST_F(QuorumSessionTest, GoesOverKeyspacesOfBothModes) {
  Keyspace orders = cluster_.Create(client_, "orders", 2);
  Session session = client_.NewSession();
  ASSERT_TRUE(orders.Put("o", "1", {.session = session}).ok());
  ASSERT_TRUE(keyspace_.Put("k", "2", {.session = session}).ok());
  for (int node = 1; node <= 3; ++node) {
    Client through = cluster_.Through(node);
    auto resumed = through.ResumeSession(session.token());
    ASSERT_TRUE(resumed.ok()) << resumed.status();
    EXPECT_EQ(through.Keyspace("orders").Get("o", {.session = *resumed})->value, "1");
    EXPECT_EQ(through.Keyspace("carts").Get("k", {.session = *resumed})->value, "2");
  }
}

TEST_F(QuorumSessionTest, IsRefusedOnAKeyspaceThatWasMadeAgainAndOnNoOther) {
  Keyspace orders = cluster_.Create(client_, "orders", 2);
  Session session = client_.NewSession();
  ASSERT_TRUE(keyspace_.Put("k", "v", {.session = session}).ok());
  ASSERT_TRUE(client_.DropKeyspace("carts").ok());
  EXPECT_TRUE(orders.Put("o", "1", {.session = session}).ok());
  Make();
  EXPECT_EQ(ReasonOf(keyspace_.Get("k", {.session = session}).status()), "SESSION_KEYSPACE_REMADE");
  EXPECT_EQ(ReasonOf(keyspace_.Put("k", "v", {.session = session}).status()),
            "SESSION_KEYSPACE_REMADE");
  EXPECT_TRUE(orders.Get("o", {.session = session}).ok());
  EXPECT_TRUE(keyspace_.Put("k", "v", {.session = client_.NewSession()}).ok());
}

TEST_F(QuorumSessionTest, TokensOfAnotherClusterOrOfNoSenseAreRefused) {
  const auto topology = client_.Topology();
  ASSERT_TRUE(topology.ok()) << topology.status();
  quorum::KeyspaceSession seen;
  quorum::SessionPart part;
  part.Note({{NodeId(1), Boot(1)}, 1}, HlcTime(1));
  seen.Note(topology->FindKeyspace("carts")->partitions.front().id, part);
  SessionToken token;
  token.SetLeaderless(SessionToken::HashOf("carts"), seen.Encode());
  EXPECT_TRUE(client_.ResumeSession(token.Encode(topology->cluster_id)).ok());
  EXPECT_EQ(ReasonOf(client_.ResumeSession(token.Encode("another")).status()),
            "SESSION_OTHER_CLUSTER");
  token.SetLeaderless(SessionToken::HashOf("carts"), "nonsense");
  EXPECT_EQ(ReasonOf(client_.ResumeSession(token.Encode(topology->cluster_id)).status()),
            "SESSION_DAMAGED");
}

TEST_F(QuorumSessionTest, IsKeptAndShownByKvctl) {
  const std::string file = ::testing::TempDir() + "quorum_session_" + std::to_string(getpid());
  ASSERT_EQ(Kvctl({"session", "new", file}).exit_code, 0);
  ASSERT_EQ(Kvctl({"put", "carts", "k", "v", "--level", "ONE", "--session", file}).exit_code, 0);
  EXPECT_THAT(Kvctl({"get", "carts", "k", "--session", file, "-v"}).output, HasSubstr("SESSION"));
  const Refusal shown = Kvctl({"session", "show", file});
  EXPECT_EQ(shown.exit_code, 0) << shown.output;
  EXPECT_THAT(shown.output, HasSubstr("carts"));
  EXPECT_THAT(shown.output, ::testing::ContainsRegex("n[123]b[0-9]+:1"));
}

}  // namespace
}  // namespace quorate::testing
