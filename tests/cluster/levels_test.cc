// The levels of raft mode over real processes: what each promises, and what it
// says when it cannot.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>

#include "base/session_token.h"
#include "cluster/cluster.h"

namespace quorate::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class LevelsTest : public ::testing::Test {
 protected:
  Cluster cluster_{3};
  Client client_ = cluster_.Connect();
  Keyspace keyspace_ = cluster_.Create(client_, "orders", 2);
};

TEST_F(LevelsTest, ABoundedReadIsNoOlderThanItSaysAtWhicheverNode) {
  for (int round = 0; round < 10; ++round) {
    const auto written = keyspace_.Put("k", std::to_string(round));
    ASSERT_TRUE(written.ok()) << written.status();
    for (int node = 1; node <= 3; ++node) {
      const absl::Duration bound = absl::Seconds(5);
      Client through = cluster_.Through(node);
      const auto read =
          through.Keyspace("orders").Get("k", {.level = Level::kBounded, .bound = bound});
      ASSERT_TRUE(read.ok()) << read.status();
      EXPECT_EQ(read->receipt.achieved, Level::kBounded);
      ASSERT_TRUE(read->receipt.staleness.has_value());
      EXPECT_LE(*read->receipt.staleness, bound);
    }
  }
}

TEST_F(LevelsTest, ASessionSeesItsOwnWritesAtEveryNodeAndInEveryProcess) {
  Session session = client_.NewSession();
  for (int round = 0; round < 20; ++round) {
    const std::string value = std::to_string(round);
    ASSERT_TRUE(keyspace_.Put("k", value, {.session = session}).ok());
    for (int node = 1; node <= 3; ++node) {
      Client through = cluster_.Through(node);
      auto resumed = through.ResumeSession(session.token());
      ASSERT_TRUE(resumed.ok()) << resumed.status();
      const auto read = through.Keyspace("orders").Get("k", {.session = *resumed});
      ASSERT_TRUE(read.ok()) << read.status();
      EXPECT_EQ(read->value, value);
      EXPECT_EQ(read->receipt.achieved, Level::kSession);
    }
  }
}

TEST_F(LevelsTest, APipelineInASessionReadsWhatItWasToldOfAtWhicheverNode) {
  Session session = client_.NewSession();
  for (int round = 0; round < 20; ++round) {
    const std::string value = std::to_string(round);
    {
      auto writes = keyspace_.Pipeline({.session = session});
      writes.Put("k", value, [](const auto& written) { EXPECT_TRUE(written.ok()); });
    }
    for (int node = 1; node <= 3; ++node) {
      Client through = cluster_.Through(node);
      auto resumed = through.ResumeSession(session.token());
      ASSERT_TRUE(resumed.ok()) << resumed.status();
      auto reads = through.Keyspace("orders").Pipeline({.session = *resumed});
      reads.Get("k", [&](const absl::StatusOr<GetResult>& read) {
        ASSERT_TRUE(read.ok()) << read.status();
        EXPECT_EQ(read->value, value);
        EXPECT_EQ(read->receipt.achieved, Level::kSession);
      });
    }
  }
}

TEST_F(LevelsTest, ALadderTellsTheRungItReached) {
  ASSERT_TRUE(keyspace_.Put("k", "v").ok());
  const auto ladder = [](absl::Duration budget) {
    return Ladder{{.level = Level::kLinearizable, .budget = budget}, {.level = Level::kOne}};
  };
  const auto strong = keyspace_.Get("k", {.ladder = ladder(absl::Seconds(9))});
  ASSERT_TRUE(strong.ok()) << strong.status();
  EXPECT_EQ(strong->receipt.rung, 1u);
  EXPECT_EQ(strong->receipt.achieved, Level::kLinearizable);
  Client through = cluster_.Through(1);
  ASSERT_TRUE(Eventually([&] { return cluster_.HasAt(1, "orders", "k") == "v"; }))
      << "n1 does not learn what was committed";
  cluster_.Kill(2);
  cluster_.Kill(3);
  const auto weak =
      through.Keyspace("orders").Get("k", {.ladder = ladder(absl::Milliseconds(200))});
  ASSERT_TRUE(weak.ok()) << weak.status();
  EXPECT_EQ(weak->value, "v");
  EXPECT_EQ(weak->receipt.rung, 2u);
  EXPECT_EQ(weak->receipt.asked, Level::kLinearizable);
  EXPECT_EQ(weak->receipt.achieved, Level::kOne);
}

TEST_F(LevelsTest, AWriteAtAllIsOnEveryDiskOrIsNotBegun) {
  const auto written = keyspace_.Put("k", "everywhere", {.level = Level::kAll});
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_THAT(written->acked_by, UnorderedElementsAre(NodeId(1), NodeId(2), NodeId(3)));
  EXPECT_EQ(written->durable, 3u);
  EXPECT_GT(written->version, 0u);
  cluster_.Kill(3);
  // As soon as the others have noticed.
  absl::Status refused;
  const bool noticed = Eventually([&] {
    refused =
        keyspace_.Put("k", "not", {.level = Level::kAll, .deadline = absl::Seconds(2)}).status();
    return ReasonOf(refused) == "REPLICA_DOWN";
  });
  ASSERT_TRUE(noticed) << refused;
  EXPECT_EQ(OutcomeOf(refused), Outcome::kNotDone);
  EXPECT_THAT(refused.ToString(), HasSubstr("n3"));
  EXPECT_TRUE(keyspace_.Put("k", "majority").ok());
}

TEST_F(LevelsTest, AWriteAtOneIsOnTheLeadersDisk) {
  const auto written = keyspace_.Put("k", "loose", {.level = Level::kOne});
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_EQ(written->achieved, Level::kOne);
  EXPECT_EQ(written->durable, 1u);
  EXPECT_EQ(written->acked_by, std::vector<NodeId>{written->served_by});
  // Unless it goes with its leader, which a busy machine may depose.
  EXPECT_TRUE(Eventually([&] {
    if (!keyspace_.Put("k", "loose", {.level = Level::kOne}).ok()) return false;
    const auto read = keyspace_.Get("k");
    return read.ok() && read->value == "loose";
  }));
}

TEST_F(LevelsTest, KvctlGoesDownNoLadderWithAWrite) {
  const Refusal refused = RunToEnd({QUORATE_BIN_DIR "/kvctl", "put", "orders", "k", "v", "--level",
                                    "QUORUM:20ms,ONE", "--endpoints", cluster_.endpoints()});
  EXPECT_EQ(refused.exit_code, 2) << refused.output;
  EXPECT_THAT(refused.output, HasSubstr("a write has one level"));
  EXPECT_FALSE(keyspace_.Get("k")->found());
}

TEST_F(LevelsTest, WhatHasAConditionIsRefusedAtOne) {
  const auto cas = keyspace_.CompareAndSet("k", Condition::Absent(), "v", {.level = Level::kOne});
  EXPECT_EQ(ReasonOf(cas.status()), "LEVEL_UNSUPPORTED");
  EXPECT_THAT(cas.status().ToString(), HasSubstr("QUORUM or ALL"));
  EXPECT_FALSE(keyspace_.Get("k")->found());
}

TEST_F(LevelsTest, WhatMakesNoSenseIsRefusedByName) {
  const auto reason = [&](const ReadOptions& options) {
    return ReasonOf(keyspace_.Get("k", options).status());
  };
  EXPECT_EQ(reason({.level = Level::kBounded}), "BAD_BOUND");
  EXPECT_EQ(reason({.level = Level::kBounded, .bound = -absl::Seconds(1)}), "BAD_BOUND");
  EXPECT_EQ(reason({.level = Level::kOne, .bound = absl::Seconds(1)}), "BAD_BOUND");
  EXPECT_EQ(reason({.ladder = {{.level = Level::kOne, .budget = absl::Seconds(1)},
                               {.level = Level::kLinearizable}}}),
            "BAD_LADDER");
  EXPECT_EQ(reason({.level = Level::kAll}), "LEVEL_UNSUPPORTED");
  EXPECT_EQ(reason({.level = Level::kLease}), "LEASE_NOT_ALLOWED");
  EXPECT_EQ(ReasonOf(client_.ResumeSession("garbage").status()), "SESSION_NEWER");
  SessionToken other;
  other.Note(PartitionId(2), {Term(1), LogIndex(1)});
  EXPECT_EQ(ReasonOf(client_.ResumeSession(other.Encode("another cluster")).status()),
            "SESSION_OTHER_CLUSTER");
}

TEST_F(LevelsTest, ASessionWhoseHistoryIsLostIsToldAtEveryLevel) {
  const auto written = keyspace_.Put("k", "v");
  ASSERT_TRUE(written.ok()) << written.status();
  const auto topology = client_.Topology();
  ASSERT_TRUE(topology.ok()) << topology.status();
  SessionToken lost;
  for (const PartitionDescription& one : topology->FindKeyspace("orders")->partitions) {
    lost.Note(one.id, {Term(1'000'000), LogIndex(1)});  // a place that no log has
  }
  auto session = client_.ResumeSession(lost.Encode(topology->cluster_id));
  ASSERT_TRUE(session.ok()) << session.status();
  for (const Level level : {Level::kSession, Level::kLinearizable, Level::kOne}) {
    const auto read = keyspace_.Get("k", {.level = level, .session = *session});
    EXPECT_EQ(ReasonOf(read.status()), "SESSION_LOST") << LevelName(level) << read.status();
  }
  EXPECT_TRUE(keyspace_.Get("k", {.session = client_.NewSession()}).ok());
}

TEST_F(LevelsTest, AReplicaWithoutALeaderRefusesASessionThatItDoesNotCover) {
  ASSERT_TRUE(keyspace_.Put("k", "v").ok());
  const auto topology = client_.Topology();
  ASSERT_TRUE(topology.ok()) << topology.status();
  SessionToken ahead;
  for (const PartitionDescription& one : topology->FindKeyspace("orders")->partitions) {
    ahead.Note(one.id, {Term(1), LogIndex(1'000'000)});
  }
  Client through = cluster_.Through(1);
  cluster_.Kill(2);
  cluster_.Kill(3);
  auto session = through.ResumeSession(ahead.Encode(topology->cluster_id));
  EXPECT_TRUE(Eventually([&] {
    const auto read = through.Keyspace("orders").Get(
        "k", {.session = *session, .deadline = absl::Milliseconds(500)});
    return ReasonOf(read.status()) == "SESSION_NOT_COVERED";
  }));
}

TEST_F(LevelsTest, ABoundThatCannotBeMetIsRefusedNotWeakened) {
  const auto read = keyspace_.Get(
      "k",
      {.level = Level::kBounded, .bound = absl::Microseconds(1), .deadline = absl::Seconds(1)});
  EXPECT_EQ(ReasonOf(read.status()), "BOUND_NOT_MET") << read.status();
}

TEST_F(LevelsTest, AWriteAtAllThatOneReplicaDoesNotConfirmSaysThatItIsApplied) {
  ASSERT_TRUE(keyspace_.Put("k", "old").ok());
  const int leader = cluster_.LeaderOf(client_, "orders", "k");
  const int frozen = leader % 3 + 1;
  cluster_.process(frozen).Signal(SIGSTOP);
  // It is not missed yet, so the write is begun; told long before the deadline.
  const auto written =
      keyspace_.Put("k", "new", {.level = Level::kAll, .deadline = absl::Hours(1)});
  EXPECT_EQ(ReasonOf(written.status()), "ALL_NOT_REACHED") << written.status();
  EXPECT_EQ(AppliedOf(written.status()), Applied::kYes);
  EXPECT_EQ(keyspace_.Get("k")->value, "new");
  // A while later it is, and nothing is begun.
  EXPECT_TRUE(Eventually([&] {
    const auto down =
        keyspace_.Put("k", "newer", {.level = Level::kAll, .deadline = absl::Milliseconds(250)});
    return ReasonOf(down.status()) == "REPLICA_DOWN" && AppliedOf(down.status()) == Applied::kNo;
  }));
  cluster_.process(frozen).Signal(SIGCONT);
}

TEST_F(LevelsTest, KvctlTakesLaddersAndKeepsASessionInAFile) {
  const std::string file = ::testing::TempDir() + "/quorate-session-" + std::to_string(getpid());
  const auto kvctl = [&](std::vector<std::string> arguments) {
    std::vector<std::string> command = {std::string(QUORATE_BIN_DIR) + "/kvctl", "--endpoints",
                                        cluster_.endpoints()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return RunToEnd(command);
  };
  EXPECT_EQ(kvctl({"put", "orders", "k", "v", "--session", file}).exit_code, 0);
  const std::string token = ReadFile(file);
  EXPECT_FALSE(token.empty());
  const Refusal got = kvctl({"get", "orders", "k", "--session", file, "--output", "json"});
  EXPECT_EQ(got.exit_code, 0) << got.output;
  EXPECT_THAT(got.output, HasSubstr("\"SESSION\""));
  const Refusal ladder = kvctl({"get", "orders", "k", "--level", "LINEARIZABLE:5s,ONE"});
  EXPECT_EQ(ladder.exit_code, 0) << ladder.output;
  EXPECT_EQ(ladder.output, "v");
  const Refusal rising = kvctl({"get", "orders", "k", "--level", "ONE:5ms,LINEARIZABLE"});
  EXPECT_EQ(rising.exit_code, 2) << rising.output;
  EXPECT_THAT(rising.output, HasSubstr("from strong to weak"));
  std::ofstream(file) << "no token";
  const Refusal damaged = kvctl({"get", "orders", "k", "--session", file});
  EXPECT_EQ(damaged.exit_code, 2) << damaged.output;
  EXPECT_THAT(damaged.output, HasSubstr(file));
  std::remove(file.c_str());
}

}  // namespace
}  // namespace quorate::testing
