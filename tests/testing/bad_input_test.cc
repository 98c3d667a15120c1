// Requests that make no sense, by bare gRPC as any program may send them: each
// is refused by a reason of its own, and nothing is done.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <limits>

#include "base/error.h"
#include "base/session_token.h"
#include "base/status_codec.h"
#include "client/client.h"
#include "quorate/v1/kv.grpc.pb.h"
#include "testing/cluster.h"

namespace quorate::testing {
namespace {

constexpr uint64_t kHourUs = 3'600'000'000;
constexpr uint64_t kMostUs = std::numeric_limits<uint64_t>::max();

class BadInputTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto cluster = Cluster::Start({.nodes = 1});
    ASSERT_TRUE(cluster.ok()) << cluster.status();
    cluster_ = *std::move(cluster);
    stub_ = v1::Kv::NewStub(
        grpc::CreateChannel(cluster_->endpoint(1), grpc::InsecureChannelCredentials()));
  }
  static void TearDownTestSuite() {
    stub_.reset();
    cluster_.reset();
  }

  template <class Call>
  static std::string ReasonFor(Call call) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    const grpc::Status status = call(context);
    if (status.ok()) return "";
    const auto ours = DecodeStatusDetails(status.error_details());
    if (!ours) return status.error_message();
    EXPECT_EQ(ours->code(), absl::StatusCode::kInvalidArgument) << *ours;
    EXPECT_EQ(AppliedOf(*ours), Applied::kNo) << *ours;
    EXPECT_GT(ours->message().size(), 20u) << "it says what is wrong";
    return ReasonOf(*ours);
  }
  static std::string Reading(const v1::ReadOptions& options,
                             v1::Level level = v1::LEVEL_UNSPECIFIED,
                             const std::string& keyspace = "default") {
    v1::GetRequest request;
    request.set_keyspace(keyspace);
    request.set_key("k");
    request.set_level(level);
    *request.mutable_read() = options;
    v1::GetResponse response;
    return ReasonFor([&](auto& context) { return stub_->Get(&context, request, &response); });
  }
  static std::string Bounded(uint64_t bound_us) {
    v1::ReadOptions options;
    options.set_bound_us(bound_us);
    return Reading(options, v1::LEVEL_BOUNDED);
  }
  static std::string InSession(const std::string& token, const std::string& keyspace = "default") {
    v1::ReadOptions options;
    options.set_session(token);
    return Reading(options, v1::LEVEL_SESSION, keyspace);
  }
  struct Step {
    v1::Level level;
    uint64_t budget_us = 0;
    uint64_t bound_us = 0;
  };
  static std::string Down(const std::vector<Step>& ladder) {
    v1::ReadOptions options;
    for (const Step& step : ladder) {
      v1::Rung* rung = options.add_ladder();
      rung->set_level(step.level);
      rung->set_budget_us(step.budget_us);
      rung->set_bound_us(step.bound_us);
    }
    return Reading(options);
  }
  static std::string Putting(uint64_t ttl_us) {
    v1::PutRequest request;
    request.set_keyspace("default");
    request.set_key("short");
    request.set_value("v");
    request.set_ttl_us(ttl_us);
    v1::WriteResponse response;
    return ReasonFor([&](auto& context) { return stub_->Put(&context, request, &response); });
  }
  static Client Connect() {
    auto client = Client::Connect(cluster_->endpoints());
    EXPECT_TRUE(client.ok()) << client.status();
    return *std::move(client);
  }

  static std::unique_ptr<Cluster> cluster_;
  static std::unique_ptr<v1::Kv::Stub> stub_;
};
std::unique_ptr<Cluster> BadInputTest::cluster_;
std::unique_ptr<v1::Kv::Stub> BadInputTest::stub_;

TEST_F(BadInputTest, TokensThatAreCutForgedNewerOrOfAnotherClusterAreToldApart) {
  Client client = Connect();
  Session session = client.NewSession();
  ASSERT_TRUE(client.Keyspace("default").Put("k", "v", {.session = session}).ok());
  const std::string good = session.token();
  EXPECT_EQ(InSession(good), "");
  EXPECT_EQ(InSession(good.substr(0, good.size() - 1)), "SESSION_DAMAGED");
  EXPECT_EQ(InSession(good + "x"), "SESSION_DAMAGED");
  std::string forged = good;
  forged.back() = static_cast<char>(forged.back() ^ 1);
  EXPECT_EQ(InSession(forged), "SESSION_DAMAGED");
  std::string newer = good;
  newer.front() = 3;
  EXPECT_EQ(InSession(newer), "SESSION_NEWER");
  SessionToken other;
  other.Note(PartitionId(2), {Term(1), LogIndex(1)});
  EXPECT_EQ(InSession(other.Encode("another cluster")), "SESSION_OTHER_CLUSTER");
}

TEST_F(BadInputTest, ATokenOfAKeyspaceThatWasMadeAgainIsRefusedThereAndNowhereElse) {
  Client client = Connect();
  ASSERT_TRUE(client.CreateKeyspace("orders").ok());
  Session session = client.NewSession();
  ASSERT_TRUE(client.Keyspace("orders").Put("k", "of the first", {.session = session}).ok());
  ASSERT_TRUE(client.DropKeyspace("orders").ok());
  ASSERT_TRUE(client.CreateKeyspace("orders").ok());
  EXPECT_EQ(InSession(session.token(), "orders"), "SESSION_KEYSPACE_REMADE");
  EXPECT_EQ(InSession(session.token()), "");
  EXPECT_EQ(InSession(client.NewSession().token(), "orders"), "");
}

TEST_F(BadInputTest, TimesToLiveThatAreNegativeOrAbsurdAreToldApart) {
  EXPECT_EQ(Putting(kMostUs), "TTL_NEGATIVE");  // -1
  EXPECT_EQ(Putting(kMostUs - 1'000'000), "TTL_NEGATIVE");
  EXPECT_EQ(Putting(200 * 365 * 24 * kHourUs), "TTL_TOO_LONG");
  EXPECT_EQ(Putting(kMostUs / 2), "TTL_TOO_LONG");
  Keyspace keyspace = Connect().Keyspace("default");
  EXPECT_FALSE(keyspace.Get("short")->found());
  const auto ttl = [&](absl::Duration span) {
    return ReasonOf(keyspace.Put("short", "v", {.ttl = span}).status());
  };
  EXPECT_EQ(ttl(-absl::Nanoseconds(1)), "TTL_NEGATIVE");
  EXPECT_EQ(ttl(-absl::InfiniteDuration()), "TTL_NEGATIVE");
  EXPECT_EQ(ttl(absl::InfiniteDuration()), "TTL_TOO_LONG");
  // Next to nothing is not for ever.
  ASSERT_EQ(ttl(absl::Nanoseconds(1)), "");
  const auto read = keyspace.Get("short");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_TRUE(!read->found() || read->expires_at.has_value());
}

TEST_F(BadInputTest, BoundsThatAreMissingNegativeOrAbsurdAreRefused) {
  EXPECT_EQ(Bounded(kHourUs), "");
  for (const uint64_t bound : {uint64_t{0}, 25 * kHourUs, kMostUs}) {
    EXPECT_EQ(Bounded(bound), "BAD_BOUND") << bound;
  }
  v1::ReadOptions misplaced;
  misplaced.set_bound_us(1);
  EXPECT_EQ(Reading(misplaced, v1::LEVEL_ONE), "BAD_BOUND");
}

TEST_F(BadInputTest, LaddersThatRiseOrLeaveNoTimeAreRefused) {
  EXPECT_EQ(Down({{v1::LEVEL_LINEARIZABLE, 20'000}, {v1::LEVEL_ONE}}), "");
  EXPECT_EQ(Down({{v1::LEVEL_ONE, 20'000}, {v1::LEVEL_LINEARIZABLE}}), "BAD_LADDER");
  EXPECT_EQ(Down({{v1::LEVEL_BOUNDED, 20'000, 2'000'000}, {v1::LEVEL_BOUNDED, 0, 1'000'000}}),
            "BAD_LADDER");
  EXPECT_EQ(Down({{v1::LEVEL_LINEARIZABLE, 0}, {v1::LEVEL_ONE}}), "BAD_LADDER");
  EXPECT_EQ(Down({{v1::LEVEL_LINEARIZABLE, kMostUs}, {v1::LEVEL_ONE}}), "BAD_LADDER");
  EXPECT_EQ(Down({{v1::LEVEL_BOUNDED, 20'000}, {v1::LEVEL_ONE}}), "BAD_BOUND");
  EXPECT_EQ(Down({{v1::LEVEL_TWO, 20'000}, {v1::LEVEL_ONE}}), "LEVEL_UNSUPPORTED");
  EXPECT_EQ(Down({{static_cast<v1::Level>(77), 20'000}, {v1::LEVEL_ONE}}), "UNKNOWN_LEVEL");
  EXPECT_EQ(Down(std::vector<Step>(9, {v1::LEVEL_ONE, 1})), "BAD_LADDER");
}

}  // namespace
}  // namespace quorate::testing
