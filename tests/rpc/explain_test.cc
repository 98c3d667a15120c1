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
    return *ring::WithKeyspace(*ring::Bootstrap("test", nodes), spec);
  }
  absl::StatusOr<v1::ExplainResponse> Explain(v1::Level read, v1::Level write) {
    v1::ExplainRequest request;
    request.set_read(read);
    request.set_write(write);
    v1::ExplainResponse out;
    const absl::Status status =
        FillExplanation(topology_, *topology_.FindKeyspace("orders"), request, calls_, &out);
    if (!status.ok()) return status;
    return out;
  }

  ring::Topology topology_ = Nodes({"a", "a", "b"});
  CallMetrics calls_;
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

}  // namespace
}  // namespace quorate::rpc
