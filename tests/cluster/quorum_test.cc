// Keyspaces of mode quorum over real processes: what goes on without a majority,
// and that all replicas come to hold the same.
#include <gmock/gmock.h>

#include <csignal>

#include "base/error.h"
#include "cluster/cluster.h"

namespace quorate::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

class QuorumTest : public ::testing::Test {
 protected:
  QuorumTest() {
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

TEST_F(QuorumTest, WritesAndReadsAtEachLevelAndTellsWhatStandsBehindThem) {
  for (const Level level : {Level::kOne, Level::kTwo, Level::kQuorum, Level::kAll}) {
    const std::string value(LevelName(level));
    const auto written = keyspace_.Put("k", value, {.level = level});
    ASSERT_TRUE(written.ok()) << written.status();
    EXPECT_EQ(written->mode, Mode::kQuorum);
    EXPECT_EQ(written->achieved, level);
    EXPECT_GE(written->durable, level == Level::kAll ? 3u : level == Level::kOne ? 1u : 2u);
    const auto read = keyspace_.Get("k", {.level = Level::kAll});
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->value, value);
    EXPECT_EQ(read->version, written->version);
  }
  ASSERT_TRUE(keyspace_.Delete("k").ok());
  EXPECT_FALSE(keyspace_.Get("k")->found());
}

TEST_F(QuorumTest, GoesOnAtOneWithoutAMajorityAndRefusesTheRestAtOnce) {
  ASSERT_TRUE(keyspace_.Put("k", "before", {.level = Level::kAll}).ok());
  cluster_.Kill(2);
  cluster_.Kill(3);
  Keyspace alone = cluster_.Through(1).Keyspace("carts");
  absl::Status refused;
  ASSERT_TRUE(Eventually([&] {
    refused =
        alone.Put("k", "not", {.level = Level::kQuorum, .deadline = absl::Seconds(2)}).status();
    return ReasonOf(refused) == "REPLICAS_MISSING";
  })) << refused;
  EXPECT_EQ(OutcomeOf(refused), Outcome::kNotDone);
  const auto written = alone.Put("k", "alone", {.level = Level::kOne});
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_EQ(written->acked_by, std::vector<NodeId>{NodeId(1)});
  EXPECT_EQ(alone.Get("k", {.level = Level::kOne})->value, "alone");
  cluster_.Start(2);
  cluster_.Start(3);
  cluster_.WaitReady();
  // At the others too, though nobody reads it.
  for (int node = 2; node <= 3; ++node) {
    EXPECT_TRUE(Eventually([&] { return cluster_.HasAt(node, "carts", "k") == "alone"; }))
        << "n" << node;
  }
  EXPECT_EQ(keyspace_.Get("k")->value, "alone");
}

TEST_F(QuorumTest, LosesNothingThatWasAcknowledgedAtQuorumWhenAllAreKilled) {
  for (int i = 0; i < 200; ++i) {
    ASSERT_TRUE(keyspace_.Put("k" + std::to_string(i), std::to_string(i)).ok());
  }
  for (int node = 1; node <= 3; ++node) cluster_.Kill(node);
  for (int node = 1; node <= 3; ++node) cluster_.Start(node);
  cluster_.WaitReady();
  for (int i = 0; i < 200; ++i) {
    const auto read = keyspace_.Get("k" + std::to_string(i));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->value, std::to_string(i));
  }
}

TEST_F(QuorumTest, RefusesWhatNeedsOneOrderOfAllWritesAndSaysWhy) {
  EXPECT_EQ(ReasonOf(keyspace_.Add("n", 1).status()), "NEEDS_ONE_ORDER");
  EXPECT_EQ(ReasonOf(keyspace_.CompareAndSet("k", Condition::Absent(), "v").status()),
            "NEEDS_ONE_ORDER");
  EXPECT_EQ(
      ReasonOf(keyspace_.Batch({Mutation::Put("{t}a", "v"), Mutation::Put("{t}b", "v")}).status()),
      "BATCH_NOT_ATOMIC");
  EXPECT_EQ(ReasonOf(keyspace_.Get("k", {.level = Level::kLinearizable}).status()),
            "LEVEL_UNSUPPORTED");
  EXPECT_EQ(ReasonOf(keyspace_.ReadPage({.level = Level::kLinearizable}, "").status()),
            "LEVEL_UNSUPPORTED");
  EXPECT_EQ(ReasonOf(client_.CreateKeyspace("q", {.mode = Mode::kQuorum}).status()),
            "CONFLICT_POLICY_NEEDED");
  EXPECT_EQ(ReasonOf(client_.CreateKeyspace("r", {.conflict = Conflict::kLww}).status()),
            "CONFLICT_POLICY_REFUSED");
}

TEST_F(QuorumTest, IsMadeAndDescribedByKvctl) {
  const Refusal made =
      Kvctl({"keyspace", "create", "seen", "--mode", "quorum", "--conflict", "lww"});
  EXPECT_EQ(made.exit_code, 0) << made.output;
  EXPECT_THAT(made.output, AllOf(HasSubstr("quorum"), HasSubstr("lww")));
  EXPECT_THAT(Kvctl({"keyspace", "list"}).output, HasSubstr("lww"));
  EXPECT_THAT(Kvctl({"keyspace", "describe", "seen"}).output,
              AllOf(HasSubstr("conflict policy lww"), Not(HasSubstr("term"))));
  EXPECT_THAT(Kvctl({"partition", "list", "seen"}).output, Not(HasSubstr("none")));
  EXPECT_THAT(Kvctl({"partition", "owners", "seen", "k"}).output,
              AllOf(HasSubstr("replica"), Not(HasSubstr("follower"))));
  EXPECT_EQ(Kvctl({"put", "seen", "k", "v", "--level", "ALL"}).exit_code, 0);
  EXPECT_THAT(Kvctl({"del", "seen", "gone", "--output", "json"}).output,
              HasSubstr("\"existed\":null"))
      << "which nobody knows";
  EXPECT_THAT(Kvctl({"get", "seen", "k"}).output, HasSubstr("v"));
  for (const char* level : {"ONE", "BOUNDED(10s)", "TWO", "QUORUM", "ALL"}) {
    EXPECT_THAT(Kvctl({"scan", "seen", "--level", level}).output, HasSubstr("k")) << level;
  }
  EXPECT_THAT(Kvctl({"scan", "seen"}).output, HasSubstr("k")) << "at the keyspace's own level";
  const Refusal explained = Kvctl({"explain", "seen"});
  EXPECT_EQ(explained.exit_code, 0) << explained.output;
  EXPECT_THAT(explained.output, HasSubstr("mode quorum"));
}

}  // namespace
}  // namespace quorate::testing
