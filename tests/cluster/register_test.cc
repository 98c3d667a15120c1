// Keyspaces of registers over real processes: one order of all writes of a key,
// without a leader that could be missed.
#include <gmock/gmock.h>

#include <atomic>
#include <thread>

#include "absl/time/clock.h"
#include "base/error.h"
#include "base/strings.h"
#include "cluster/cluster.h"

namespace quorate::testing {
namespace {

using ::testing::HasSubstr;

class RegisterTest : public ::testing::Test {
 protected:
  RegisterTest() {
    const auto made = client_.CreateKeyspace(
        "seats", {.mode = Mode::kQuorum, .partitions = 2, .conflict = Conflict::kRegister});
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
  Keyspace keyspace_ = client_.Keyspace("seats");
};

TEST_F(RegisterTest, WritesAndReadsLinearizablyByDefaultAndPlainlyWhereAskedTo) {
  const auto written = keyspace_.Put("k", "v");
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_EQ(written->achieved, Level::kLinearizable);
  EXPECT_GE(written->durable, 2u);
  EXPECT_NE(written->version, 0u);
  for (const Level level :
       {Level::kLinearizable, Level::kAll, Level::kQuorum, Level::kLocalQuorum, Level::kTwo}) {
    const auto read = keyspace_.Get("k", {.level = level});
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->value, "v") << LevelName(level);
    EXPECT_EQ(read->version, written->version) << LevelName(level);
  }
  for (int node = 1; node <= 3; ++node) {
    EXPECT_TRUE(Eventually([&] { return cluster_.HasAt(node, "seats", "k") == "v"; }));
  }
  const auto bounded = keyspace_.Get("k", {.level = Level::kBounded, .bound = absl::Seconds(5)});
  ASSERT_TRUE(bounded.ok()) << bounded.status();
  EXPECT_EQ(bounded->value, "v");
  const auto page = keyspace_.ReadPage({.level = Level::kOne}, "");
  ASSERT_TRUE(page.ok()) << page.status();
  ASSERT_EQ(page->records.size(), 1u);
  EXPECT_EQ(page->records[0].value, "v");
  ASSERT_TRUE(keyspace_.Delete("k").ok());
  EXPECT_FALSE(keyspace_.Get("k")->found());
}

TEST_F(RegisterTest, ASessionSeesItsOwnWritesAtEveryNodeAndInEveryProcess) {
  Session session = client_.NewSession();
  for (int round = 0; round < 20; ++round) {
    const std::string value = std::to_string(round);
    ASSERT_TRUE(keyspace_.Put("k", value, {.session = session}).ok());
    for (int node = 1; node <= 3; ++node) {
      Client through = cluster_.Through(node);
      auto resumed = through.ResumeSession(session.token());
      ASSERT_TRUE(resumed.ok()) << resumed.status();
      const auto read = through.Keyspace("seats").Get("k", {.session = *resumed});
      ASSERT_TRUE(read.ok()) << read.status();
      EXPECT_EQ(read->value, value);
      EXPECT_EQ(read->receipt.achieved, Level::kSession);
      session = *client_.ResumeSession(resumed->token());
    }
  }
  EXPECT_LT(session.token().size(), 200u);
  ASSERT_TRUE(keyspace_.Delete("k", {.session = session}).ok());
  for (int node = 1; node <= 3; ++node) {
    Client through = cluster_.Through(node);
    const auto read =
        through.Keyspace("seats").Get("k", {.session = *through.ResumeSession(session.token())});
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_FALSE(read->found());
  }
}

TEST_F(RegisterTest, JudgesEveryKindOfConditionByTheNewestValue) {
  const auto first = keyspace_.CompareAndSet("k", Condition::Absent(), "a");
  ASSERT_TRUE(first.ok()) << first.status();
  const absl::Status taken = keyspace_.CompareAndSet("k", Condition::Absent(), "b").status();
  EXPECT_EQ(ReasonOf(taken), "CONDITION_FAILED");
  EXPECT_EQ(OutcomeOf(taken), Outcome::kNotDone);
  EXPECT_THAT(std::string(taken.message()), HasSubstr(std::to_string(first->version)));
  const auto second = keyspace_.CompareAndSet("k", Condition::Version(first->version), "b");
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_GT(second->version, first->version);
  EXPECT_EQ(
      ReasonOf(keyspace_.CompareAndSet("k", Condition::Version(first->version), "c").status()),
      "CONDITION_FAILED");
  EXPECT_TRUE(keyspace_.CompareAndSet("k", Condition::Value("b"), "c").ok());
  EXPECT_TRUE(keyspace_.CompareAndSet("k", Condition::Present(), "d").ok());
  EXPECT_EQ(keyspace_.Get("k")->value, "d");
  EXPECT_EQ(ReasonOf(keyspace_.Add("k", 1).status()), "NOT_A_COUNTER");
  ASSERT_TRUE(keyspace_.Put("n", "9223372036854775807").ok());
  EXPECT_EQ(ReasonOf(keyspace_.Add("n", 1).status()), "COUNTER_OVERFLOW");
}

// Three clients count through two nodes while the third is killed: nobody waits
// for an election, and every addition counts once.
TEST_F(RegisterTest, AdditionsFromSeveralClientsAddUpWhileANodeIsKilled) {
  constexpr int kEach = 40;
  std::atomic<int> unknown{0};
  std::atomic<int> done{0};
  std::atomic<int64_t> slowest_ms{0};
  const auto count = [&](int node) {
    Keyspace mine = cluster_.Through(node).Keyspace("seats");
    for (int i = 0; i < kEach;) {
      const absl::Time before = absl::Now();
      const absl::Status status = mine.Add("n", 1, {.deadline = absl::Seconds(20)}).status();
      const int64_t took = absl::ToInt64Milliseconds(absl::Now() - before);
      for (int64_t most = slowest_ms;
           took > most && !slowest_ms.compare_exchange_weak(most, took);) {
      }
      if (status.ok()) ++done;
      if (!status.ok() && OutcomeOf(status) != Outcome::kNotDone) ++unknown;
      if (status.ok() || OutcomeOf(status) != Outcome::kNotDone) ++i;
    }
  };
  std::vector<std::thread> clients;
  for (int node : {1, 2, 1}) clients.emplace_back(count, node);
  while (done < kEach / 2) absl::SleepFor(absl::Milliseconds(5));
  cluster_.Kill(3);
  for (std::thread& client : clients) client.join();
  RecordProperty("slowest_ms", std::to_string(slowest_ms));
  RecordProperty("unknown", unknown);
  const auto read = keyspace_.Get("n");
  ASSERT_TRUE(read.ok()) << read.status();
  const int sum = std::stoi(read->value.value_or(""));
  EXPECT_GE(sum, done);
  EXPECT_LE(sum, done + unknown);
  EXPECT_LE(unknown, 3);  // what was under way through the node that was killed
}

// A quorum without the coordinator is gone while it waits for its answer.
TEST_F(RegisterTest, WhatBecameOfAWriteIsToldThoughItsCoordinatorWasKilled) {
  ASSERT_TRUE(keyspace_.Add("n", 1).ok());
  std::vector<OperationId> unknown;
  int64_t sum = 1;
  for (int node = 1; node <= 3; ++node) {
    std::atomic<bool> stop = false;
    std::atomic<int64_t> added = 0;
    std::thread adder([&] {
      while (!stop) {
        const auto told = keyspace_.Add("n", 1, {.deadline = absl::Milliseconds(300)});
        if (told.ok()) ++added;
        if (OutcomeOf(told.status()) != Outcome::kUnknown) continue;
        ASSERT_TRUE(OperationOf(told.status())) << told.status();
        unknown.push_back(*OperationOf(told.status()));
      }
    });
    EXPECT_TRUE(Eventually([&] { return added > 20; }));
    cluster_.Kill(node);
    const int64_t before = added;
    EXPECT_TRUE(Eventually([&] { return added > before + 20; }));
    cluster_.Start(node);
    cluster_.WaitReady(node);
    stop = true;
    adder.join();
    sum += added;
  }
  // Now that all are there, each has its fate; of what others came over it may be unknown.
  int64_t untold = 0;
  for (const OperationId& operation : unknown) {
    Refusal told;
    EXPECT_TRUE(Eventually([&] {
      told = Kvctl({"resolve", OperationText(operation)});
      return told.exit_code == 0 || told.output.find("never") != std::string::npos ||
             told.output.find("expired") != std::string::npos;
    })) << told.output;
    if (told.exit_code == 0) ++sum;
    if (told.output.find("expired") != std::string::npos) ++untold;
  }
  RecordProperty("unknown", std::to_string(unknown.size()));
  RecordProperty("untold", std::to_string(untold));
  const auto read = keyspace_.Get("n", {.deadline = absl::Seconds(20)});
  ASSERT_TRUE(read.ok() && read->found()) << read.status();
  EXPECT_GE(std::stoll(*read->value), sum);
  EXPECT_LE(std::stoll(*read->value), sum + untold);
}

TEST_F(RegisterTest, AWriteThatNeverCameIsToldSoByKvctlAndRefusedThen) {
  ASSERT_TRUE(keyspace_.Put("k", "v").ok());
  const auto topology = client_.Topology();
  ASSERT_TRUE(topology.ok()) << topology.status();
  const PartitionId partition = topology->FindKeyspace("seats")->partitions.front().id;
  const uint64_t now_us = static_cast<uint64_t>(absl::ToUnixMicros(absl::Now()));
  const std::string operation = StrCat("seats/", partition.value(), "/", (now_us << 12) + 1, "/7");
  const Refusal looked = Kvctl({"resolve", operation, "--look"});
  EXPECT_EQ(looked.exit_code, 6) << looked.output;
  EXPECT_THAT(looked.output, HasSubstr("possible"));
  const Refusal told = Kvctl({"resolve", operation});
  EXPECT_EQ(told.exit_code, 5) << told.output;
  EXPECT_THAT(told.output, HasSubstr("never"));
}

TEST_F(RegisterTest, AMinorityRefusesAtOnceAndStillReadsWhatItHas) {
  ASSERT_TRUE(keyspace_.Put("k", "v").ok());
  ASSERT_TRUE(Eventually([&] { return cluster_.HasAt(1, "seats", "k") == "v"; }));
  cluster_.Kill(2);
  cluster_.Kill(3);
  Keyspace alone = cluster_.Through(1).Keyspace("seats");
  absl::Status refused;
  ASSERT_TRUE(Eventually([&] {
    refused = alone.Add("n", 1, {.deadline = absl::Seconds(2)}).status();
    return ReasonOf(refused) == "REPLICAS_MISSING";
  })) << refused;
  EXPECT_EQ(OutcomeOf(refused), Outcome::kNotDone);
  EXPECT_EQ(ReasonOf(alone.Get("k", {.deadline = absl::Seconds(2)}).status()), "REPLICAS_MISSING");
  EXPECT_EQ(alone.Get("k", {.level = Level::kOne})->value, "v");
  cluster_.Start(2);
  cluster_.Start(3);
  cluster_.WaitReady();
  EXPECT_TRUE(Eventually([&] { return keyspace_.Add("n", 1).ok(); }));
}

TEST_F(RegisterTest, LosesNothingWhenAllAreKilled) {
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(keyspace_.Add("n" + std::to_string(i % 5), 1).ok());
  for (int node = 1; node <= 3; ++node) cluster_.Kill(node);
  for (int node = 1; node <= 3; ++node) cluster_.Start(node);
  cluster_.WaitReady();
  for (int i = 0; i < 5; ++i) {
    std::string value;
    EXPECT_TRUE(Eventually([&] {
      const auto read = keyspace_.Get("n" + std::to_string(i));
      value = read.ok() ? read->value.value_or("") : read.status().ToString();
      return read.ok();
    })) << value;
    EXPECT_EQ(value, "10");
  }
}

TEST_F(RegisterTest, RefusesLevelsThatWouldNotBeLinearizableWritesAndSaysWhichThereAre) {
  for (const Level level : {Level::kOne, Level::kQuorum, Level::kAll}) {
    const absl::Status refused = keyspace_.Put("k", "v", {.level = level}).status();
    EXPECT_EQ(ReasonOf(refused), "LEVEL_UNSUPPORTED") << LevelName(level);
    EXPECT_THAT(std::string(refused.message()), HasSubstr("allows LINEARIZABLE"));
  }
  EXPECT_EQ(ReasonOf(keyspace_.Get("k", {.level = Level::kEachQuorum}).status()),
            "LEVEL_UNSUPPORTED");
  EXPECT_EQ(
      ReasonOf(keyspace_.Batch({Mutation::Put("{t}a", "v"), Mutation::Put("{t}b", "v")}).status()),
      "BATCH_NOT_ATOMIC");
}

TEST_F(RegisterTest, IsMadeAndUsedByKvctlAsAKeyspaceOfModeRaftIs) {
  const Refusal made =
      Kvctl({"keyspace", "create", "tickets", "--mode", "quorum", "--conflict", "register"});
  EXPECT_EQ(made.exit_code, 0) << made.output;
  EXPECT_EQ(Kvctl({"put", "tickets", "k", "v"}).exit_code, 0);
  EXPECT_THAT(Kvctl({"get", "tickets", "k"}).output, HasSubstr("v"));
  EXPECT_THAT(Kvctl({"incr", "tickets", "n", "--by", "5"}).output, HasSubstr("5"));
  EXPECT_THAT(Kvctl({"incr", "tickets", "n", "--by", "2"}).output, HasSubstr("7"));
  EXPECT_EQ(Kvctl({"cas", "tickets", "k", "w", "--if-value", "v"}).exit_code, 0);
  EXPECT_NE(Kvctl({"cas", "tickets", "k", "w", "--if-absent"}).exit_code, 0);
  const Refusal explained = Kvctl({"explain", "tickets"});
  EXPECT_EQ(explained.exit_code, 0) << explained.output;
  EXPECT_THAT(explained.output, HasSubstr("LINEARIZABLE"));
}

}  // namespace
}  // namespace quorate::testing
