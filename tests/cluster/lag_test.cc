// How far replicas of mode quorum are behind, over real processes: to the write.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "base/error.h"
#include "base/strings.h"
#include "cluster/cluster.h"

namespace quorate::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class LagTest : public ::testing::Test {
 protected:
  LagTest() {
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
  static void Write(int count, Client client) {
    Keyspace keyspace = client.Keyspace("carts");
    for (int i = 0; i < count; ++i) {
      const auto written = keyspace.Put("k" + std::to_string(i), "v");
      ASSERT_TRUE(written.ok()) << written.status();
    }
  }
  // Writes that `node` says `behind` lacks.
  static uint64_t BehindOf(const LagReport& report, uint64_t node, uint64_t behind) {
    uint64_t writes = 0;
    for (const LagDescription& one : report.lags) {
      if (one.node == NodeId(node) && one.behind == NodeId(behind)) writes += one.writes;
    }
    return writes;
  }

  Cluster cluster_{3};
  Client client_ = cluster_.Connect();
};

TEST_F(LagTest, CountsEachWriteThatANodeMissedWhileItWasDownAndFallsToZeroOnceItIsBack) {
  Write(3, client_);
  EXPECT_EQ(Kvctl({"keyspace", "lag", "carts", "--wait", "--timeout", "30s"}).exit_code, 0);
  cluster_.Kill(3);
  // Not through a connection of which nobody knows yet that its node is dead.
  Write(25, cluster_.Only(1));
  // Both of the others have every write, and have told each other so.
  absl::StatusOr<LagReport> report = absl::UnknownError("not asked");
  EXPECT_TRUE(Eventually([&] {
    report = client_.Lag("carts");
    return report.ok() && BehindOf(*report, 1, 2) == 0 && BehindOf(*report, 2, 1) == 0 &&
           BehindOf(*report, 1, 3) == 25 && BehindOf(*report, 2, 3) == 25;
  })) << report.status();
  EXPECT_EQ(report->unreachable, std::vector<NodeId>{NodeId(3)});
  EXPECT_FALSE(report->nothing_behind());
  for (const LagDescription& one : report->lags) {
    EXPECT_EQ(one.time > absl::ZeroDuration(), one.writes > 0) << one.node << " of " << one.behind;
  }
  EXPECT_THAT(HttpGet(cluster_.http_port(1), "/metrics"),
              AllOf(HasSubstr("quorate_replica_lag_writes{peer=\"n3\"} 25\n"),
                    HasSubstr("quorate_replica_lag_writes{peer=\"n2\"} 0\n"),
                    HasSubstr("quorate_dots_uncovered 25\n")));
  const std::string page = HttpGet(cluster_.http_port(1), "/metrics");
  for (const LagDescription& one : report->lags) {
    if (one.node != NodeId(1)) continue;
    const std::string sample =
        StrCat("quorate_partition_lag_writes{partition=\"", one.partition.ToString(), "\",peer=\"",
               one.behind.ToString(), "\"}");
    if (one.writes == 0) {
      EXPECT_THAT(page, Not(HasSubstr(sample))) << "what has everything has no sample";
    } else {
      EXPECT_THAT(page, HasSubstr(StrCat(sample, " ", one.writes, "\n")));
    }
  }
  EXPECT_EQ(Kvctl({"keyspace", "lag", "carts", "--wait", "--timeout", "300ms"}).exit_code, 10);
  EXPECT_THAT(Kvctl({"keyspace", "lag", "carts"}).output,
              AllOf(HasSubstr("no answer"), HasSubstr("did not answer: n3")));
  cluster_.Start(3);
  cluster_.WaitReady();
  const Refusal level = Kvctl({"keyspace", "lag", "carts", "--wait", "--timeout", "30s"});
  EXPECT_EQ(level.exit_code, 0) << level.output;
  EXPECT_THAT(level.output, HasSubstr("every replica has every write"));
  EXPECT_THAT(HttpGet(cluster_.http_port(1), "/metrics"),
              AllOf(HasSubstr("quorate_replica_lag_writes{peer=\"n3\"} 0\n"),
                    HasSubstr("quorate_replica_lag_seconds{peer=\"n3\"} 0\n"),
                    HasSubstr("quorate_dots_uncovered 0\n")));
}

TEST_F(LagTest, IsOfKeyspacesWithoutLeadersOnly) {
  ASSERT_TRUE(client_.CreateKeyspace("orders").ok());
  const absl::Status refused = client_.Lag("orders").status();
  EXPECT_EQ(ReasonOf(refused), "KEYSPACE_HAS_LEADERS") << refused;
  const Refusal missing = Kvctl({"keyspace", "lag", "cart"});
  EXPECT_EQ(missing.exit_code, 3);
  EXPECT_THAT(missing.output, HasSubstr("did you mean \"carts\""));
}

}  // namespace
}  // namespace quorate::testing
