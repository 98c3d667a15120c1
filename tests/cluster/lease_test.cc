// Reads at LEASE over real processes and real clocks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include "base/error.h"
#include "cluster/cluster.h"

namespace quorate::testing {
namespace {

using ::testing::HasSubstr;

class LeaseTest : public ::testing::Test {
 protected:
  void Allow() {
    const auto altered = client_.AlterKeyspace("orders", {.lease_drift_ppm = 10'000});
    ASSERT_TRUE(altered.ok()) << altered.status();
  }
  static ReadOptions AtLease() { return {.level = Level::kLease}; }
  // The first read after a while asks a majority; soon one does not have to.
  bool ReadsUnderALease() {
    return Eventually([&] {
      const auto read = keyspace_.Get("k", AtLease());
      EXPECT_TRUE(read.ok()) << read.status();
      return read.ok() && read->receipt.achieved == Level::kLease;
    });
  }

  Cluster cluster_{3};
  Client client_ = cluster_.Connect();
  Keyspace keyspace_ = cluster_.Create(client_, "orders", 1);
};

TEST_F(LeaseTest, IsRefusedWhereNotAllowedAndSaysHowToAllowIt) {
  const absl::Status refused = keyspace_.Get("k", AtLease()).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ReasonOf(refused), "LEASE_NOT_ALLOWED");
  EXPECT_THAT(refused.ToString(), HasSubstr("kvctl keyspace alter orders --lease-drift 1%"));
  const auto ladder = keyspace_.Get(
      "k",
      {.ladder = {{.level = Level::kLease, .budget = absl::Seconds(1)}, {.level = Level::kOne}}});
  EXPECT_EQ(ReasonOf(ladder.status()), "LEASE_NOT_ALLOWED");
}

TEST_F(LeaseTest, IsServedByTheLeaderWhicheverNodeIsAsked) {
  Allow();
  ASSERT_TRUE(keyspace_.Put("k", "v").ok());
  ASSERT_TRUE(ReadsUnderALease());
  const int leader = cluster_.LeaderOf(client_, "orders", "k");
  for (int node = 1; node <= 3; ++node) {
    const auto read = cluster_.Through(node).Keyspace("orders").Get("k", AtLease());
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(read->value, "v");
    EXPECT_EQ(read->receipt.asked, Level::kLease);
    EXPECT_EQ(read->receipt.served_by, NodeId(static_cast<uint64_t>(leader)));
  }
}

TEST_F(LeaseTest, KvctlReadsAtItAndInALadder) {
  Allow();
  ASSERT_TRUE(keyspace_.Put("k", "v").ok());
  ASSERT_TRUE(ReadsUnderALease());
  for (const char* level : {"LEASE", "lease:5s,ONE"}) {
    const Refusal got =
        RunToEnd({std::string(QUORATE_BIN_DIR) + "/kvctl", "--endpoints", cluster_.endpoints(),
                  "get", "orders", "k", "--level", level, "--output", "json"});
    EXPECT_EQ(got.exit_code, 0) << got.output;
    EXPECT_THAT(got.output, HasSubstr("\"asked\":\"LEASE\""));
    EXPECT_THAT(got.output, HasSubstr("\"value\":\"v\""));
  }
}

TEST_F(LeaseTest, CanBeTheDefaultAsLongAsItIsAllowed) {
  Allow();
  ASSERT_TRUE(client_.AlterKeyspace("orders", {.default_read = Level::kLease}).ok());
  const auto read = keyspace_.Get("k");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->receipt.asked, Level::kLease);
  const auto away = client_.AlterKeyspace("orders", {.lease_drift_ppm = 0});
  EXPECT_EQ(ReasonOf(away.status()), "LEASE_NOT_ALLOWED");
  ASSERT_TRUE(
      client_.AlterKeyspace("orders", {.default_read = Level::kDefault, .lease_drift_ppm = 0})
          .ok());
  EXPECT_EQ(ReasonOf(keyspace_.Get("k", AtLease()).status()), "LEASE_NOT_ALLOWED");
}

TEST_F(LeaseTest, ALeaderThatStoodStillAnswersNothingStale) {
  Allow();
  ASSERT_TRUE(keyspace_.Put("k", "old").ok());
  ASSERT_TRUE(ReadsUnderALease());
  const int leader = cluster_.LeaderOf(client_, "orders", "k");
  Client direct = cluster_.Through(leader);
  cluster_.process(leader).Signal(SIGSTOP);
  bool written = false;
  for (int attempt = 0; attempt < 20 && !written; ++attempt) {
    written = keyspace_.Put("k", "new", {.deadline = absl::Seconds(2)}).ok();
  }
  ASSERT_TRUE(written);
  cluster_.process(leader).Signal(SIGCONT);
  for (int i = 0; i < 20; ++i) {
    const auto read = direct.Keyspace("orders").Get("k", AtLease());
    ASSERT_TRUE(read.ok()) << read.status();
    ASSERT_EQ(read->value, "new");
  }
}

TEST_F(LeaseTest, OthersServeOnceTheLeadersPromisesHaveRunOut) {
  Allow();
  ASSERT_TRUE(keyspace_.Put("k", "old").ok());
  ASSERT_TRUE(ReadsUnderALease());
  cluster_.Kill(cluster_.LeaderOf(client_, "orders", "k"));
  ASSERT_TRUE(
      Eventually([&] { return keyspace_.Put("k", "new", {.deadline = absl::Seconds(2)}).ok(); }));
  EXPECT_TRUE(ReadsUnderALease());
  EXPECT_EQ(keyspace_.Get("k", AtLease())->value, "new");
}

}  // namespace
}  // namespace quorate::testing
