// What each side of a cut network can do, asked by bare gRPC so that no client
// goes to the other side by itself.
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>

#include "absl/time/clock.h"
#include "base/error.h"
#include "base/status_codec.h"
#include "client/client.h"
#include "quorate/v1/kv.grpc.pb.h"
#include "testing/cluster.h"

namespace quorate::testing {
namespace {

struct Answer {
  grpc::Status status;
  std::string value;

  std::string reason() const {
    const auto ours = DecodeStatusDetails(status.error_details());
    return ours ? ReasonOf(*ours) : status.error_message();
  }
};

class PartitionTest : public ::testing::Test {
 protected:
  PartitionTest() {
    EXPECT_TRUE(cluster_.ok()) << cluster_.status();
    for (uint32_t node = 1; node <= 3; ++node) {
      stubs_.push_back(v1::Kv::NewStub(
          grpc::CreateChannel((*cluster_)->endpoint(node), grpc::InsecureChannelCredentials())));
    }
  }

  static void Allow(grpc::ClientContext& context, std::chrono::seconds time) {
    context.set_deadline(std::chrono::system_clock::now() + time);
  }
  Answer Get(uint32_t node, v1::Level level, std::chrono::seconds time = std::chrono::seconds(20),
             const std::string& keyspace = "default") {
    v1::GetRequest request;
    request.set_keyspace(keyspace);
    request.set_key("k");
    request.set_level(level);
    v1::GetResponse response;
    grpc::ClientContext context;
    Allow(context, time);
    const grpc::Status status = stubs_[node - 1]->Get(&context, request, &response);
    return {status, response.value()};
  }
  // Of a node that may have to wait for an election.
  bool Puts(uint32_t node, const std::string& value) {
    return Eventually([&] {
      v1::PutRequest request;
      request.set_keyspace("default");
      request.set_key("k");
      request.set_value(value);
      v1::WriteResponse response;
      grpc::ClientContext context;
      Allow(context, std::chrono::seconds(20));
      return stubs_[node - 1]->Put(&context, request, &response).ok();
    });
  }
  bool Learns(uint32_t node, const std::string& value) {
    return Eventually([&] { return Get(node, v1::LEVEL_ONE).value == value; });
  }
  // Half a minute at most; an election tells nobody outside.
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
};

TEST_F(PartitionTest, TheMinorityAnswersWeakReadsAndRefusesTheRestWhileTheMajorityGoesOn) {
  ASSERT_TRUE(Puts(1, "before") && Learns(1, "before"));
  ASSERT_TRUE((*cluster_)->Partition({{1}, {2, 3}}).ok());
  ASSERT_TRUE(Puts(2, "meanwhile"));
  // Long before its deadline.
  const Answer strong = Get(1, v1::LEVEL_LINEARIZABLE);
  EXPECT_EQ(strong.status.error_code(), grpc::StatusCode::UNAVAILABLE) << strong.reason();
  const Answer weak = Get(1, v1::LEVEL_ONE);
  EXPECT_TRUE(weak.status.ok()) << weak.reason();
  EXPECT_EQ(weak.value, "before");
  EXPECT_EQ(Get(3, v1::LEVEL_LINEARIZABLE).value, "meanwhile");
  (*cluster_)->Heal();
  EXPECT_TRUE(Learns(1, "meanwhile"));
  EXPECT_TRUE(Puts(1, "after"));
  EXPECT_EQ(Get(2, v1::LEVEL_LINEARIZABLE).value, "after");
}

TEST_F(PartitionTest, BothSidesWriteToALeaderlessKeyspaceAndHoldTheSameOnceTheCutHeals) {
  auto client = Client::Connect((*cluster_)->endpoints());
  ASSERT_TRUE(client.ok()) << client.status();
  const auto made =
      client->CreateKeyspace("carts", {.mode = Mode::kQuorum, .conflict = Conflict::kLww});
  ASSERT_TRUE(made.ok()) << made.status();
  const auto put = [this](uint32_t node, const std::string& value, v1::Level level) {
    v1::PutRequest request;
    request.set_keyspace("carts");
    request.set_key("k");
    request.set_value(value);
    request.set_level(level);
    v1::WriteResponse response;
    grpc::ClientContext context;
    Allow(context, std::chrono::seconds(20));
    return Answer{stubs_[node - 1]->Put(&context, request, &response), ""};
  };
  ASSERT_TRUE((*cluster_)->Partition({{1}, {2, 3}}).ok());
  ASSERT_TRUE(
      Eventually([&] { return put(1, "not", v1::LEVEL_QUORUM).reason() == "REPLICAS_MISSING"; }));
  ASSERT_TRUE(put(1, "alone", v1::LEVEL_ONE).status.ok());
  // On a busy machine n2 may have heard nothing of n3 for a moment.
  ASSERT_TRUE(Eventually([&] { return put(2, "newer", v1::LEVEL_QUORUM).status.ok(); }));
  EXPECT_EQ(Get(1, v1::LEVEL_ONE, std::chrono::seconds(20), "carts").value, "alone");
  (*cluster_)->Heal();
  for (uint32_t node = 1; node <= 3; ++node) {
    EXPECT_TRUE(Eventually([&] {
      return Get(node, v1::LEVEL_ONE, std::chrono::seconds(20), "carts").value == "newer";
    })) << "n"
        << node;
  }
}

TEST_F(PartitionTest, BothSidesChangeMergedValuesAndNothingIsLostOnceTheCutHeals) {
  auto client = Client::Connect((*cluster_)->endpoints());
  ASSERT_TRUE(client.ok()) << client.status();
  for (const Conflict conflict : {Conflict::kSiblings, Conflict::kCounter, Conflict::kSet}) {
    const auto made = client->CreateKeyspace(std::string(ConflictName(conflict)),
                                             {.mode = Mode::kQuorum, .conflict = conflict});
    ASSERT_TRUE(made.ok()) << made.status();
  }
  const auto mutate = [this](uint32_t node, const std::string& keyspace, auto change) {
    v1::MutateRequest request;
    request.set_keyspace(keyspace);
    request.mutable_mutation()->set_key("k");
    change(*request.mutable_mutation());
    request.set_level(v1::LEVEL_ONE);
    v1::WriteResponse response;
    grpc::ClientContext context;
    Allow(context, std::chrono::seconds(20));
    return Answer{stubs_[node - 1]->Mutate(&context, request, &response), ""}.reason();
  };
  const auto get = [this](uint32_t node, const std::string& keyspace) {
    v1::GetRequest request;
    request.set_keyspace(keyspace);
    request.set_key("k");
    request.set_level(v1::LEVEL_ONE);
    v1::GetResponse response;
    grpc::ClientContext context;
    Allow(context, std::chrono::seconds(20));
    EXPECT_TRUE(stubs_[node - 1]->Get(&context, request, &response).ok());
    return response;
  };
  const auto add = [](const std::string& element) {
    return [element](v1::Mutation& mutation) { mutation.mutable_set()->set_add(element); };
  };
  ASSERT_EQ(mutate(1, "set", add("shared")), "");
  ASSERT_TRUE(Eventually([&] { return get(2, "set").merged().elements_size() == 1; }));
  const std::string seen = get(2, "set").merged().context();
  ASSERT_TRUE((*cluster_)->Partition({{1}, {2, 3}}).ok());
  for (uint32_t node = 1; node <= 2; ++node) {
    const std::string name = node == 1 ? "alone" : "together";
    ASSERT_EQ(mutate(node, "siblings", [&](v1::Mutation& put) { put.set_put(name); }), "");
    ASSERT_EQ(mutate(node, "counter", [&](v1::Mutation& count) { count.set_add(10 + node); }), "");
    ASSERT_EQ(mutate(node, "set", add(name)), "");
  }
  ASSERT_EQ(mutate(2, "set",
                   [&](v1::Mutation& remove) {
                     remove.mutable_set()->set_remove("shared");
                     remove.set_context(seen);
                   }),
            "");
  (*cluster_)->Heal();
  for (uint32_t node = 1; node <= 3; ++node) {
    EXPECT_TRUE(Eventually([&] {
      return get(node, "siblings").merged().siblings_size() == 2 &&
             get(node, "counter").value() == "23" && get(node, "set").merged().elements_size() == 2;
    })) << "n"
        << node;
  }
  EXPECT_EQ(get(1, "set").merged().elements(0), "alone");
  EXPECT_EQ(get(1, "set").merged().elements(1), "together");
}

TEST_F(PartitionTest, WithoutAMajorityNobodyWrites) {
  ASSERT_TRUE(Puts(1, "before"));
  ASSERT_TRUE((*cluster_)->Partition({{1}, {2}, {3}}).ok());
  for (uint32_t node = 1; node <= 3; ++node) {
    EXPECT_FALSE(Get(node, v1::LEVEL_LINEARIZABLE).status.ok()) << "n" << node;
  }
  (*cluster_)->Heal();
  EXPECT_TRUE(Puts(3, "after"));
}

TEST_F(PartitionTest, ANodeThatIsNotHeardDoesNotHoldUpTheOthers) {
  ASSERT_TRUE(Puts(1, "before"));
  ASSERT_TRUE((*cluster_)->Cut(1, 2).ok() && (*cluster_)->Cut(1, 3).ok());
  EXPECT_TRUE(Puts(2, "without n1"));
  EXPECT_EQ(Get(3, v1::LEVEL_LINEARIZABLE).value, "without n1");
  EXPECT_FALSE(Get(1, v1::LEVEL_LINEARIZABLE, std::chrono::seconds(1)).status.ok());
  (*cluster_)->Heal();
  EXPECT_TRUE(Puts(1, "with n1"));
}

TEST_F(PartitionTest, TheStatusOfTheClusterShowsWhoIsNotHeard) {
  ASSERT_TRUE((*cluster_)->Partition({{1}, {2, 3}}).ok());
  auto client = Client::Connect((*cluster_)->endpoint(1));
  ASSERT_TRUE(client.ok()) << client.status();
  const auto status = client->Status();
  ASSERT_TRUE(status.ok()) << status.status();
  uint32_t reachable = 0;
  for (const NodeState& one : status->nodes) reachable += one.reachable ? 1 : 0;
  EXPECT_LT(reachable, 3u);
}

}  // namespace
}  // namespace quorate::testing
