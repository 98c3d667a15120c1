// Where the time of a request went: told in its receipt if asked for, and in the
// log where it took too long.
#include <gmock/gmock.h>

#include <csignal>
#include <cstdlib>
#include <thread>

#include "cluster/cluster.h"

namespace quorate::testing {
namespace {

using ::testing::HasSubstr;

constexpr absl::Duration kFrozen = absl::Milliseconds(300);

class TimingsTest : public ::testing::Test {
 protected:
  int leader() { return cluster_.LeaderOf(client_, "orders", "k"); }
  void SignalFollowers(int signal) {
    for (int node = 1; node <= 3; ++node) {
      if (node != leader_) cluster_.process(node).Signal(signal);
    }
  }

  double HostedTurnsOf(int node) {
    const std::string page = HttpGet(cluster_.http_port(node), "/metrics");
    constexpr std::string_view kName = "\nquorate_worker_hosted_turns_total ";
    const size_t at = page.find(kName);
    return at == std::string::npos ? -1 : std::atof(page.c_str() + at + kName.size());
  }

  Cluster cluster_{3, {"--slow-request=250ms", "--election-ticks=60", "--rebalance-interval=1h"}};
  Client client_ = cluster_.Connect();
  Keyspace keyspace_ = cluster_.Create(client_, "orders", 1);
  int leader_ = leader();
};

TEST_F(TimingsTest, AreToldOnlyIfAskedFor) {
  const auto silent = keyspace_.Put("k", "v");
  ASSERT_TRUE(silent.ok()) << silent.status();
  EXPECT_FALSE(silent->timings.has_value());
  const auto written = keyspace_.Put("k", "v", {.timings = true});
  ASSERT_TRUE(written.ok() && written->timings) << written.status();
  EXPECT_GT(written->timings->agreed, absl::ZeroDuration());
  EXPECT_GT(written->timings->logged, absl::ZeroDuration());
  EXPECT_LE(written->timings->logged, written->timings->agreed);
  EXPECT_LE(written->timings->queued + written->timings->agreed, written->timings->total);
  const auto read = keyspace_.Get("k", {.timings = true});
  ASSERT_TRUE(read.ok() && read->receipt.timings) << read.status();
  EXPECT_GT(read->receipt.timings->agreed, absl::ZeroDuration());
  EXPECT_EQ(read->receipt.timings->logged, absl::ZeroDuration());
  const auto many = keyspace_.MultiGet({"k", "other"}, {.timings = true});
  ASSERT_TRUE(many.ok() && many->receipts.front().timings) << many.status();
}

TEST_F(TimingsTest, TellTheWayToTheNodeThatServed) {
  const auto topology = client_.Topology();
  ASSERT_TRUE(topology.ok()) << topology.status();
  const PartitionDescription& only = topology->FindKeyspace("orders")->partitions.front();
  ASSERT_TRUE(client_.TransferLeader(only.id, only.replicas.back()).ok());
  // One that has yet to learn who leads goes to the preferred leader.
  Keyspace fresh = cluster_.Connect().Keyspace("orders");
  const WriteOptions options{.exactly_once = false, .timings = true};
  const auto forwarded = fresh.Put("k", "v", options);
  ASSERT_TRUE(forwarded.ok() && forwarded->timings) << forwarded.status();
  EXPECT_GT(forwarded->timings->forwarded, absl::ZeroDuration());
  EXPECT_LE(forwarded->timings->forwarded + forwarded->timings->agreed, forwarded->timings->total);
  const auto direct = fresh.Put("k", "v", options);
  ASSERT_TRUE(direct.ok() && direct->timings) << direct.status();
  EXPECT_EQ(direct->timings->forwarded, absl::ZeroDuration());
}

TEST_F(TimingsTest, SlowFollowersShowInTheAgreementNotInTheOwnLogAndTheLogTellsIt) {
  ASSERT_TRUE(keyspace_.Put("k", "warm").ok());
  SignalFollowers(SIGSTOP);
  std::thread thaw([this] {
    absl::SleepFor(kFrozen);  // the fault itself: so long they stand still
    SignalFollowers(SIGCONT);
  });
  const auto written = keyspace_.Put("k", "v", {.timings = true});
  thaw.join();
  ASSERT_TRUE(written.ok() && written->timings) << written.status();
  EXPECT_GE(written->timings->agreed, kFrozen - absl::Milliseconds(50));
  EXPECT_LT(written->timings->logged, written->timings->agreed / 2);
  ASSERT_EQ(written->served_by, NodeId(static_cast<uint64_t>(leader_)));
  EXPECT_THAT(cluster_.log(leader_), HasSubstr("slow request: put at QUORUM in p"));
  EXPECT_THAT(HttpGet(cluster_.http_port(leader_), "/metrics"),
              HasSubstr("quorate_slow_requests_total 1\n"));
}

TEST_F(TimingsTest, AreShownByKvctlWhenItIsVerbose) {
  const Refusal shown = RunToEnd({QUORATE_BIN_DIR "/kvctl", "put", "orders", "k", "v", "--verbose",
                                  "--endpoints", cluster_.endpoints()});
  ASSERT_EQ(shown.exit_code, 0) << shown.output;
  EXPECT_THAT(shown.output, HasSubstr("; took "));
  EXPECT_THAT(shown.output, HasSubstr(", agreed "));
  const Refusal json = RunToEnd({QUORATE_BIN_DIR "/kvctl", "get", "orders", "k", "--verbose",
                                 "--output", "json", "--endpoints", cluster_.endpoints()});
  EXPECT_THAT(json.output, HasSubstr("\"total_us\":"));
}

// Of calls that come one by one: nobody has to be woken for them, at the leader nor at
// those who confirm that it leads.
TEST_F(TimingsTest, TurnsOfLoneRequestsRunOnTheThreadThatBroughtThem) {
  for (int node = 1; node <= 3; ++node) {
    const double before = HostedTurnsOf(node);
    EXPECT_TRUE(Eventually([&] {
      return keyspace_.Put("k", "v").ok() && HostedTurnsOf(node) > before;
    })) << node;
  }
}

}  // namespace
}  // namespace quorate::testing
