// A level that cannot be met now is refused in the time in which nodes notice
// that others are gone, however long the deadline, and the refusal names them.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>

#include "absl/time/clock.h"
#include "base/error.h"
#include "base/session_token.h"
#include "base/status_codec.h"
#include "client/client.h"
#include "quorate/v1/kv.grpc.pb.h"
#include "testing/cluster.h"

namespace quorate::testing {
namespace {

using ::testing::AnyOf;
using ::testing::HasSubstr;

// Some election timeouts (of half a second to one), on a machine that is busy.
constexpr absl::Duration kSoon = absl::Seconds(8);
constexpr auto kDeadline = std::chrono::hours(1);

class FailFastTest : public ::testing::Test {
 protected:
  FailFastTest() {
    EXPECT_TRUE(cluster_.ok()) << cluster_.status();
    EXPECT_TRUE(keyspace_.Put("k", "v").ok());
    leader_ = static_cast<uint32_t>(keyspace_.Get("k")->receipt.served_by.value());
    stub_ = v1::Kv::NewStub(
        grpc::CreateChannel((*cluster_)->endpoint(leader_), grpc::InsecureChannelCredentials()));
    EXPECT_TRUE(Get(v1::LEVEL_ONE).ok()) << "it is connected";
  }

  Client Connect(absl::Duration deadline) {
    auto client = Client::Connect((*cluster_)->endpoints(), {.deadline = deadline});
    EXPECT_TRUE(client.ok()) << client.status();
    return *std::move(client);
  }
  // The node that leads stays alone with its clients.
  void CutOffTheLeader() {
    const uint32_t second = leader_ % 3 + 1;
    ASSERT_TRUE((*cluster_)->Partition({{leader_}, {second, second % 3 + 1}}).ok());
  }
  // What that node says, which has to be soon.
  template <class Call>
  absl::Status Soon(Call call) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + kDeadline);
    const absl::Time begun = absl::Now();
    const grpc::Status status = call(context);
    EXPECT_LT(absl::Now() - begun, kSoon);
    if (status.ok()) return absl::OkStatus();
    const auto ours = DecodeStatusDetails(status.error_details());
    return ours ? *ours : absl::UnknownError(status.error_message());
  }
  absl::Status Put(v1::Level level) {
    v1::PutRequest request;
    request.set_keyspace("default");
    request.set_key("k");
    request.set_value("w");
    request.set_level(level);
    v1::WriteResponse response;
    return Soon([&](auto& context) { return stub_->Put(&context, request, &response); });
  }
  absl::Status Get(v1::Level level, absl::Duration bound = {}, const std::string& session = "") {
    v1::GetRequest request;
    request.set_keyspace("default");
    request.set_key("k");
    request.set_level(level);
    request.mutable_read()->set_bound_us(static_cast<uint64_t>(absl::ToInt64Microseconds(bound)));
    request.mutable_read()->set_session(session);
    v1::GetResponse response;
    return Soon([&](auto& context) { return stub_->Get(&context, request, &response); });
  }
  // Of one that has seen what this node has not.
  std::string SessionAhead() {
    const auto topology = client_.Topology();
    EXPECT_TRUE(topology.ok()) << topology.status();
    SessionToken token;
    for (const PartitionDescription& one : topology->FindKeyspace("default")->partitions) {
      token.Note(one.id, {Term(1), LogIndex(1'000'000)});
    }
    return token.Encode(topology->cluster_id);
  }
  void ExpectMissing(const absl::Status& status, const std::string& reason) {
    EXPECT_TRUE(absl::IsUnavailable(status)) << status;
    EXPECT_EQ(ReasonOf(status), reason) << status;
    const auto details = ErrorDetailsOf(status);
    ASSERT_TRUE(details.contains("missing")) << status;
    for (uint32_t node = 1; node <= 3; ++node) {
      if (node == leader_) continue;
      EXPECT_THAT(details.at("missing"), HasSubstr(NodeId(node).ToString()));
    }
  }

  absl::StatusOr<std::unique_ptr<Cluster>> cluster_ = Cluster::Start();
  Client client_ = Connect(absl::Seconds(20));
  Keyspace keyspace_ = client_.Keyspace("default");
  uint32_t leader_ = 0;
  std::unique_ptr<v1::Kv::Stub> stub_;
};

TEST_F(FailFastTest, AWriteBegunBeforeTheLeaderNoticedIsUnknownAndToldSoon) {
  CutOffTheLeader();
  const absl::Status written = Put(v1::LEVEL_QUORUM);
  EXPECT_TRUE(absl::IsUnavailable(written)) << written;
  // It may have noticed by the connections that broke.
  EXPECT_THAT(ReasonOf(written), AnyOf("LEADER_CHANGED", "REPLICAS_MISSING", "NO_LEADER"));
  const bool begun = ReasonOf(written) == "LEADER_CHANGED";
  EXPECT_EQ(AppliedOf(written), begun ? Applied::kUnknown : Applied::kNo);
}

TEST_F(FailFastTest, AReadBegunBeforeTheLeaderNoticedIsRefusedSoon) {
  CutOffTheLeader();
  const absl::Status read = Get(v1::LEVEL_LINEARIZABLE);
  EXPECT_TRUE(absl::IsUnavailable(read)) << read;
}

TEST_F(FailFastTest, ASessionThatWaitsForMoreIsRefusedSoonAfterTheCut) {
  const std::string ahead = SessionAhead();
  CutOffTheLeader();
  EXPECT_EQ(ReasonOf(Get(v1::LEVEL_SESSION, {}, ahead)), "SESSION_NOT_COVERED");
}

TEST_F(FailFastTest, EachLevelThatNeedsOthersIsRefusedByNameAndTheRestIsAnswered) {
  const std::string ahead = SessionAhead();
  CutOffTheLeader();
  ASSERT_FALSE(Put(v1::LEVEL_QUORUM).ok());  // by when it has noticed
  ExpectMissing(Put(v1::LEVEL_QUORUM), "REPLICAS_MISSING");
  ExpectMissing(Put(v1::LEVEL_LINEARIZABLE), "REPLICAS_MISSING");
  ExpectMissing(Put(v1::LEVEL_ONE), "REPLICAS_MISSING");
  ExpectMissing(Put(v1::LEVEL_ALL), "REPLICAS_MISSING");
  ExpectMissing(Get(v1::LEVEL_LINEARIZABLE), "REPLICAS_MISSING");
  ExpectMissing(Get(v1::LEVEL_QUORUM), "REPLICAS_MISSING");
  ExpectMissing(Get(v1::LEVEL_BOUNDED, absl::Microseconds(1)), "BOUND_NOT_MET");
  ExpectMissing(Get(v1::LEVEL_SESSION, {}, ahead), "SESSION_NOT_COVERED");
  for (const v1::Level level : {v1::LEVEL_ONE, v1::LEVEL_SESSION}) {
    const absl::Status read = Get(level);
    EXPECT_TRUE(read.ok()) << read;
  }
  const absl::Status hour = Get(v1::LEVEL_BOUNDED, absl::Hours(1));
  EXPECT_TRUE(hour.ok() || ReasonOf(hour) == "BOUND_NOT_MET") << hour;
}

TEST_F(FailFastTest, TheClientGivesUpOnceEveryNodeHasSaidThatAMajorityIsGone) {
  Client patient = Connect(absl::Hours(1));
  Keyspace keyspace = patient.Keyspace("default");
  ASSERT_TRUE(keyspace.Put("k", "v").ok());
  ASSERT_TRUE((*cluster_)->Kill(leader_ % 3 + 1).ok());
  ASSERT_TRUE((*cluster_)->Kill((leader_ + 1) % 3 + 1).ok());
  const absl::Time begun = absl::Now();
  const auto written = keyspace.Put("k", "w");
  EXPECT_TRUE(absl::IsUnavailable(written.status())) << written.status();
  const auto read = keyspace.Get("k");
  EXPECT_EQ(ReasonOf(read.status()), "REPLICAS_MISSING") << read.status();
  EXPECT_LT(absl::Now() - begun, kSoon);
  EXPECT_TRUE(keyspace.Get("k", {.level = Level::kOne}).ok());
}

TEST_F(FailFastTest, AWriteAtAllGivesUpSoonWhileOneIsGone) {
  ASSERT_TRUE((*cluster_)->Kill(leader_ % 3 + 1).ok());
  const absl::Time begun = absl::Now();
  const auto written =
      Connect(absl::Hours(1)).Keyspace("default").Put("k", "w", {.level = Level::kAll});
  EXPECT_LT(absl::Now() - begun, kSoon);
  EXPECT_THAT(ReasonOf(written.status()), AnyOf("REPLICA_DOWN", "ALL_NOT_REACHED"));
}

}  // namespace
}  // namespace quorate::testing
