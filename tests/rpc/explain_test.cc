#include "rpc/explain.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace quorate::rpc {
namespace {

using ::testing::HasSubstr;

class ExplainTest : public ::testing::Test {
 protected:
  // Three nodes, zones as given, a keyspace of three replicas on all of them.
  static ring::Topology Nodes(const std::vector<std::string>& zones) {
    std::vector<ring::NodeInfo> nodes;
    for (size_t i = 0; i < zones.size(); ++i) {
      ring::NodeInfo node;
      node.id = NodeId(i + 1);
      node.client_address = "127.0.0.1:" + std::to_string(7000 + i);
      node.peer_address = "127.0.0.1:" + std::to_string(8000 + i);
      node.zone = zones[i];
      nodes.push_back(node);
    }
    ring::KeyspaceSpec spec;
    spec.name = "orders";
    spec.replicas = 3;
    ring::KeyspaceSpec carts = spec;
    carts.name = "carts";
    carts.mode = Mode::kQuorum;
    carts.conflict = Conflict::kLww;
    ring::KeyspaceSpec seats = carts;
    seats.name = "seats";
    seats.conflict = Conflict::kRegister;
    ring::Topology topology = *ring::Bootstrap("test", nodes);
    for (const ring::KeyspaceSpec& one : {spec, carts, seats}) {
      topology = *ring::WithKeyspace(topology, one);
    }
    return topology;
  }
  absl::StatusOr<v1::ExplainResponse> Explain(v1::Level read, v1::Level write,
                                              const std::string& keyspace = "orders") {
    v1::ExplainRequest request;
    request.set_read(read);
    request.set_write(write);
    v1::ExplainResponse out;
    const absl::Status status = FillExplanation(topology_, *topology_.FindKeyspace(keyspace),
                                                request, calls_, measured_, &out);
    if (!status.ok()) return status;
    return out;
  }

  ring::Topology topology_ = Nodes({"a", "a", "b"});
  CallMetrics calls_;
  quorum::RoundTrips measured_;
};

TEST_F(ExplainTest, TakesTheKeyspacesLevelsWhereNoneAreNamed) {
  const auto out = Explain(v1::LEVEL_UNSPECIFIED, v1::LEVEL_UNSPECIFIED);
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_EQ(out->read().level(), v1::LEVEL_LINEARIZABLE);
  EXPECT_EQ(out->write().level(), v1::LEVEL_QUORUM);
  EXPECT_THAT(out->write().promise(), HasSubstr("committed"));
  EXPECT_EQ(out->read().needs(), 2u);
  EXPECT_EQ(out->partitions(), 8u);
}

TEST_F(ExplainTest, NamesTheZoneThatHurtsMostAndNoNodeWhereNoneDoes) {
  const auto out = Explain(v1::LEVEL_ONE, v1::LEVEL_QUORUM);
  ASSERT_TRUE(out.ok()) << out.status();
  EXPECT_EQ(out->write().one_node().stopped(), 0u);
  EXPECT_EQ(out->write().one_node().worst(), "");
  EXPECT_EQ(out->write().one_zone().worst(), "a");
  EXPECT_EQ(out->write().one_zone().stopped(), 8u);
  EXPECT_EQ(out->read().one_zone().stopped(), 0u);
  EXPECT_EQ(Explain(v1::LEVEL_ONE, v1::LEVEL_ALL)->write().one_node().stopped(), 8u);
}

TEST_F(ExplainTest, SaysNothingOfZonesThatThereAreNot) {
  topology_ = Nodes({"", "", ""});
  EXPECT_FALSE(Explain(v1::LEVEL_ONE, v1::LEVEL_QUORUM)->write().has_one_zone());
  topology_ = Nodes({"a", "a", "a"});
  EXPECT_FALSE(Explain(v1::LEVEL_ONE, v1::LEVEL_QUORUM)->write().has_one_zone());
}

TEST_F(ExplainTest, ShowsTheLatencyOfWhatWasAskedAtThatLevel) {
  EXPECT_TRUE(Explain(v1::LEVEL_ONE, v1::LEVEL_QUORUM)->read().latencies().empty());
  for (int i = 0; i < 99; ++i) {
    calls_.Record(Operation::kGet, Level::kOne, absl::StatusCode::kOk, absl::Microseconds(40));
  }
  calls_.Record(Operation::kGet, Level::kOne, absl::StatusCode::kOk, absl::Milliseconds(3));
  calls_.Record(Operation::kGet, Level::kQuorum, absl::StatusCode::kOk, absl::Seconds(1));
  calls_.Record(Operation::kPut, Level::kOne, absl::StatusCode::kOk, absl::Seconds(1));
  const auto out = Explain(v1::LEVEL_ONE, v1::LEVEL_QUORUM);
  ASSERT_EQ(out->read().latencies_size(), 1);
  EXPECT_EQ(out->read().latencies(0).operation(), "get");
  EXPECT_EQ(out->read().latencies(0).requests(), 100u);
  EXPECT_EQ(out->read().latencies(0).p50_us(), 50u);
  EXPECT_EQ(out->read().latencies(0).p99_us(), 50u);
  EXPECT_TRUE(out->write().latencies().empty());
}

TEST_F(ExplainTest, RefusesWhatTheModeDoesNotHave) {
  EXPECT_EQ(ReasonOf(Explain(v1::LEVEL_ALL, v1::LEVEL_QUORUM).status()), "LEVEL_UNSUPPORTED");
  EXPECT_EQ(ReasonOf(Explain(v1::LEVEL_ONE, v1::LEVEL_SESSION).status()), "LEVEL_UNSUPPORTED");
  EXPECT_EQ(ReasonOf(Explain(static_cast<v1::Level>(99), v1::LEVEL_ONE).status()), "UNKNOWN_LEVEL");
}

TEST_F(ExplainTest, TellsWhatALevelNeedsInEachZone) {
  const auto out = Explain(v1::LEVEL_LOCAL_QUORUM, v1::LEVEL_EACH_QUORUM, "carts");
  ASSERT_TRUE(out.ok()) << out.status();
  ASSERT_EQ(out->write().zones_size(), 2);
  EXPECT_EQ(out->write().zones(0).zone(), "a");
  EXPECT_EQ(out->write().zones(0).replicas(), 2u);
  EXPECT_EQ(out->write().zones(0).needs(), 2u);
  EXPECT_EQ(out->write().zones(1).needs(), 1u);
  EXPECT_EQ(out->write().needs(), 3u);
  EXPECT_EQ(out->read().needs(), 1u);
  EXPECT_EQ(out->write().one_node().stopped(), 8u);
  EXPECT_EQ(out->read().one_node().stopped(), 0u);
  EXPECT_TRUE(Explain(v1::LEVEL_ONE, v1::LEVEL_QUORUM, "carts")->write().zones().empty());
}

TEST_F(ExplainTest, SaysHowLikelyAWeakReadIsStaleOnceThereAreLatencies) {
  const auto none = Explain(v1::LEVEL_ONE, v1::LEVEL_ONE, "carts");
  EXPECT_TRUE(none->staleness().empty());
  EXPECT_THAT(none->staleness_note(), HasSubstr("no latency has been measured"));
  for (int i = 1; i <= 100; ++i) {
    measured_.write_way.Record(absl::Microseconds(50 * i));
    measured_.far_write_way.Record(absl::Microseconds(50 * i));
    measured_.own_disk.Record(absl::Microseconds(10));
  }
  const auto weak = Explain(v1::LEVEL_ONE, v1::LEVEL_ONE, "carts");
  ASSERT_GT(weak->staleness_size(), 4);
  EXPECT_EQ(weak->staleness(0).since_write_us(), 0u);
  EXPECT_NEAR(weak->staleness(0).probability(), 2.0 / 3, 0.02);  // nobody else has it yet
  for (int i = 1; i < weak->staleness_size(); ++i) {
    EXPECT_LE(weak->staleness(i).probability(), weak->staleness(i - 1).probability());
  }
  EXPECT_EQ(weak->staleness().rbegin()->probability(), 0.0);
  EXPECT_EQ(weak->staleness().rbegin()->since_write_us(), 5'000u);
  EXPECT_THAT(weak->staleness_note(), HasSubstr("from 200 answers to writes"));
}

// Two replicas are in zone a, one in b, far away.
TEST_F(ExplainTest, SaysHowLikelyAReadInOneZoneMissesWhatWasWrittenInAnother) {
  for (int i = 1; i <= 100; ++i) {
    for (auto* near : {&measured_.write_way, &measured_.read_way}) {
      near->Record(absl::Microseconds(100));
    }
    measured_.far_write_way.Record(absl::Milliseconds(20));
    measured_.own_disk.Record(absl::Microseconds(10));
  }
  const auto local = Explain(v1::LEVEL_LOCAL_QUORUM, v1::LEVEL_LOCAL_QUORUM, "carts");
  ASSERT_TRUE(local.ok()) << local.status();
  ASSERT_GT(local->staleness_size(), 4) << local->staleness_note();
  // Written in a and read in b, or the other way round.
  EXPECT_NEAR(local->staleness(0).probability(), 4.0 / 9, 0.02);
  EXPECT_EQ(local->staleness().rbegin()->probability(), 0.0);
  EXPECT_EQ(local->staleness().rbegin()->since_write_us(), 20'000u);
  const auto each = Explain(v1::LEVEL_LOCAL_QUORUM, v1::LEVEL_EACH_QUORUM, "carts");
  EXPECT_TRUE(each->staleness().empty());
  EXPECT_THAT(each->staleness_note(), HasSubstr("never stale: with these zones"));
  const auto one = Explain(v1::LEVEL_ONE, v1::LEVEL_EACH_QUORUM, "carts");
  EXPECT_TRUE(one->staleness().empty()) << "both of zone a have it, and the only one of b";
}

TEST_F(ExplainTest, SaysWhyThereIsNoSuchCurve) {
  EXPECT_EQ(Explain(v1::LEVEL_ONE, v1::LEVEL_ONE)->staleness_note(), "");
  EXPECT_THAT(Explain(v1::LEVEL_QUORUM, v1::LEVEL_QUORUM, "carts")->staleness_note(),
              HasSubstr("never stale: of 3 replicas any 2"));
  EXPECT_THAT(Explain(v1::LEVEL_BOUNDED, v1::LEVEL_ONE, "carts")->staleness_note(),
              HasSubstr("misses nothing that it promises"));
  EXPECT_THAT(Explain(v1::LEVEL_ONE, v1::LEVEL_LINEARIZABLE, "seats")->staleness_note(),
              HasSubstr("no latency has been measured"));
  EXPECT_THAT(Explain(v1::LEVEL_QUORUM, v1::LEVEL_LINEARIZABLE, "seats")->staleness_note(),
              HasSubstr("never stale: of 3 replicas any 2"));
}

}  // namespace
}  // namespace quorate::rpc
