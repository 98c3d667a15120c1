// What a session is promised of a leaderless keyspace when links are cut, asked
// of chosen nodes by bare gRPC.
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "base/error.h"
#include "base/status_codec.h"
#include "client/client.h"
#include "client/session_state.h"
#include "quorate/v1/kv.grpc.pb.h"
#include "testing/cluster.h"

namespace quorate::testing {
namespace {

constexpr char kName[] = "carts";

std::string ReasonIn(const grpc::Status& status) {
  const auto ours = DecodeStatusDetails(status.error_details());
  return ours ? ReasonOf(*ours) : status.error_message();
}

class LeaderlessSessionTest : public ::testing::Test {
 protected:
  LeaderlessSessionTest() {
    EXPECT_TRUE(cluster_.ok()) << cluster_.status();
    for (uint32_t node = 1; node <= 3; ++node) {
      stubs_.push_back(v1::Kv::NewStub(
          grpc::CreateChannel((*cluster_)->endpoint(node), grpc::InsecureChannelCredentials())));
    }
    auto client = Client::Connect((*cluster_)->endpoints());
    EXPECT_TRUE(client.ok()) << client.status();
    EXPECT_TRUE(
        client->CreateKeyspace(kName, {.mode = Mode::kQuorum, .conflict = Conflict::kLww}).ok());
    const auto topology = client->Topology();
    EXPECT_TRUE(topology.ok()) << topology.status();
    cluster_id_ = topology->cluster_id;
    session_ = NewSession();
  }

  std::unique_ptr<client::SessionState> NewSession() const {
    return std::make_unique<client::SessionState>(cluster_id_);
  }
  grpc::Status Put(uint32_t node, const std::string& value, v1::Level level = v1::LEVEL_ONE) {
    v1::PutRequest request;
    request.set_keyspace(kName);
    request.set_key("k");
    request.set_value(value);
    request.set_level(level);
    request.set_session(session_->write_token());
    v1::WriteResponse response;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    const grpc::Status status = stubs_[node - 1]->Put(&context, request, &response);
    if (status.ok()) session_->Note(kName, response.receipt());
    return status;
  }
  struct Answer {
    grpc::Status status;
    v1::GetResponse response;
  };
  Answer Get(uint32_t node, std::chrono::milliseconds time = std::chrono::seconds(20),
             v1::Level level = v1::LEVEL_SESSION) {
    v1::GetRequest request;
    request.set_keyspace(kName);
    request.set_key("k");
    request.set_level(level);
    request.mutable_read()->set_session(session_->token());
    Answer answer;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + time);
    answer.status = stubs_[node - 1]->Get(&context, request, &answer.response);
    if (answer.status.ok()) session_->Note(kName, answer.response.receipt());
    return answer;
  }
  static bool Eventually(const std::function<bool()>& question) {
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    while (absl::Now() < deadline) {
      if (question()) return true;
      absl::SleepFor(absl::Milliseconds(10));
    }
    return false;
  }

  absl::StatusOr<std::unique_ptr<Cluster>> cluster_ = Cluster::Start();
  std::vector<std::unique_ptr<v1::Kv::Stub>> stubs_;
  std::string cluster_id_;
  std::unique_ptr<client::SessionState> session_;
};

TEST_F(LeaderlessSessionTest, AReplicaThatHasNotWhatItSawRefusesUntilTheCutHeals) {
  ASSERT_TRUE((*cluster_)->Partition({{1}, {2, 3}}).ok());
  ASSERT_TRUE(Put(2, "older", v1::LEVEL_QUORUM).ok());
  session_ = NewSession();
  ASSERT_TRUE(Put(1, "mine").ok());
  const Answer refused = Get(2, std::chrono::milliseconds(500));
  EXPECT_EQ(refused.status.error_code(), grpc::StatusCode::UNAVAILABLE);
  EXPECT_EQ(ReasonIn(refused.status), "SESSION_NOT_COVERED");
  EXPECT_EQ(Get(1).response.value(), "mine");
  // Whoever does not ask for it gets what is there.
  EXPECT_EQ(Get(3, std::chrono::seconds(20), v1::LEVEL_ONE).response.value(), "older");
  (*cluster_)->Heal();
  const Answer served = Get(2);
  EXPECT_EQ(served.response.value(), "mine") << ReasonIn(served.status);
  EXPECT_EQ(served.response.receipt().achieved(), v1::LEVEL_SESSION);
}

TEST_F(LeaderlessSessionTest, AReadThatWaitsIsAnsweredOnceTheCutHeals) {
  ASSERT_TRUE((*cluster_)->Partition({{1}, {2, 3}}).ok());
  ASSERT_TRUE(Put(1, "mine").ok());
  v1::GetRequest request;
  request.set_keyspace(kName);
  request.set_key("k");
  request.set_level(v1::LEVEL_SESSION);
  request.mutable_read()->set_session(session_->token());
  v1::GetResponse response;
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
  absl::Notification done;
  grpc::Status status;
  stubs_[1]->async()->Get(&context, &request, &response, [&](grpc::Status told) {
    status = std::move(told);
    done.Notify();
  });
  EXPECT_FALSE(done.WaitForNotificationWithTimeout(absl::Milliseconds(300)));
  (*cluster_)->Heal();
  done.WaitForNotification();
  EXPECT_EQ(response.value(), "mine") << ReasonIn(status);
}

TEST_F(LeaderlessSessionTest, AnotherReplicaThatHasItAnswersWhereOneHasNot) {
  ASSERT_TRUE((*cluster_)->Cut(1, 2).ok() && (*cluster_)->Cut(2, 1).ok());
  ASSERT_TRUE(Put(1, "mine").ok());
  const Answer served = Get(2);
  EXPECT_EQ(served.response.value(), "mine") << ReasonIn(served.status);
}

TEST_F(LeaderlessSessionTest, AWriteComesAfterAllThatItsSessionHasSeenHoweverClocksAreSet) {
  for (int round = 0; round < 50; ++round) {
    // The next node has not heard of it yet, and its clock may be behind.
    const uint32_t node = 1 + static_cast<uint32_t>(round) % 3;
    const std::string value = std::to_string(round);
    ASSERT_TRUE(Put(node, value).ok());
    EXPECT_EQ(Get(1 + node % 3).response.value(), value);
  }
}

TEST_F(LeaderlessSessionTest, WhatWasReadIsNotUnreadAtANodeThatLacksIt) {
  ASSERT_TRUE((*cluster_)->Partition({{1}, {2, 3}}).ok());
  // Another's write, which the session only reads.
  ASSERT_TRUE(Put(1, "read").ok());
  session_ = NewSession();
  ASSERT_EQ(Get(1).response.value(), "read");
  EXPECT_EQ(ReasonIn(Get(3, std::chrono::milliseconds(500)).status), "SESSION_NOT_COVERED");
  (*cluster_)->Heal();
  EXPECT_EQ(Get(3).response.value(), "read");
}

TEST_F(LeaderlessSessionTest, ATokenStaysSmallOverManyWritesAndRestarts) {
  for (int boot = 0; boot < 6; ++boot) {
    for (int i = 0; i < 30; ++i) {
      ASSERT_TRUE(Put(1 + static_cast<uint32_t>(i) % 3, std::to_string(i)).ok());
    }
    ASSERT_TRUE((*cluster_)->Kill(2).ok() && (*cluster_)->Restart(2).ok());
    ASSERT_TRUE(Eventually([&] { return Get(2).status.ok(); }));
  }
  // Six boots of n2, of which those that ended are forgotten.
  EXPECT_TRUE(Eventually([&] {
    Get(1);
    return session_->token().size() < 60;
  })) << session_->token().size();
}

}  // namespace
}  // namespace quorate::testing
