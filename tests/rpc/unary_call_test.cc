// A unary call from the wire to its handler and back, without a node behind it.
#include "rpc/unary_call.h"

#include <deque>

#include "base/error.h"
#include "base/status_codec.h"
#include "rpc/call_metrics.h"
#include "rpc/client_world.h"
#include "rpc/slow_requests.h"

namespace quorate::rpc {
namespace {

class UnaryCallTest : public ClientWorld {
 protected:
  UnaryCallTest() {
    using google::protobuf::Arena;
    method_.operation = Operation::kGet;
    method_.gate = &gate_;
    method_.new_request = [](Arena* arena) { return Arena::CreateMessage<v1::GetRequest>(arena); };
    method_.new_response = [](Arena* arena) {
      return Arena::CreateMessage<v1::GetResponse>(arena);
    };
    method_.begin = [this](UnaryCall& call) {
      absl::MutexLock lock(&mutex_);
      begun_.push_back(&call);
    };
    calls_.make = [this](auto connection, auto id, auto head) {
      return UnaryCall::Make(method_, std::move(connection), id, head, watch_, absl::Seconds(5));
    };
  }

  static std::string Get(const std::string& key) {
    v1::GetRequest request;
    request.set_key(key);
    return request.SerializeAsString();
  }
  static std::string ReasonOf(const grpc::Status& status) {
    const auto ours = DecodeStatusDetails(status.error_details());
    return ours ? std::string(quorate::ReasonOf(*ours)) : "no details: " + status.error_message();
  }
  UnaryCall& AwaitBegun(size_t number) {
    absl::MutexLock lock(&mutex_);
    const auto enough = [&] { return begun_.size() > number; };
    mutex_.Await(absl::Condition(&enough));
    return *begun_[number];
  }
  size_t begun() {
    absl::MutexLock lock(&mutex_);
    return begun_.size();
  }
  static void Succeed(UnaryCall& call, const std::string& value) {
    auto* response = static_cast<v1::GetResponse*>(call.response());
    response->set_value(value);
    call.Succeed();
  }

  ManualEnv env_;
  CallMetrics metrics_;
  SlowRequests slow_{spdlog::default_logger(), absl::InfiniteDuration()};
  CallWatch watch_{env_, metrics_, slow_};
  CallGate gate_;
  UnaryMethod method_;
  absl::Mutex mutex_;
  std::vector<UnaryCall*> begun_ ABSL_GUARDED_BY(mutex_);
};

TEST_F(UnaryCallTest, IsAnsweredByItsHandler) {
  Pending call(Channel(), "/get", Get("k"), absl::Seconds(30));
  UnaryCall& begun = AwaitBegun(0);
  EXPECT_EQ(static_cast<v1::GetRequest*>(begun.request())->key(), "k");
  EXPECT_GT(begun.deadline, absl::Seconds(20));
  EXPECT_FALSE(gate_.IsEmpty());
  Succeed(begun, "v");
  ASSERT_TRUE(call.Await().ok()) << call.Await().error_message();
  v1::GetResponse response;
  ASSERT_TRUE(response.ParseFromString(call.answer()));
  EXPECT_EQ(response.value(), "v");
  EXPECT_TRUE(gate_.IsEmpty());
}

TEST_F(UnaryCallTest, AnErrorReachesTheClientWithItsReason) {
  Pending call(Channel(), "/get", Get("k"));
  AwaitBegun(0).Fail(MakeError(absl::StatusCode::kNotFound, "KEYSPACE_NOT_FOUND", "no such"));
  EXPECT_EQ(call.Await().error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOf(call.Await()), "KEYSPACE_NOT_FOUND");
}

TEST_F(UnaryCallTest, WhatIsNoMessageOfItsIsRefusedByName) {
  Pending call(Channel(), "/get", "\xff\xff\xff");
  EXPECT_EQ(call.Await().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(ReasonOf(call.Await()), "CALL_MALFORMED");
  HandClient client(Connect(), 65535, true);
  const auto none = client.http2.Begin(http2::HeadersOf("/get"), true);
  const auto two = client.http2.Begin(http2::HeadersOf("/get"));
  client.http2.Send(two, http2::Framed(Get("1")) + http2::Framed(Get("2")));
  for (const auto id : {none, two}) {
    client.ReadUntil([&] { return client.http2.answer(id).closed; });
    EXPECT_EQ(client.http2.answer(id).status(), "3");
  }
  EXPECT_EQ(begun(), 0u);
  EXPECT_TRUE(gate_.IsEmpty());
}

TEST_F(UnaryCallTest, BeyondWhatTheGateLetsInCallsAreRefused) {
  const auto channel = Channel();
  std::deque<Pending> calls;
  for (uint64_t i = 0; i < limits::kCallsUnderWayMin; ++i) {
    calls.emplace_back(channel, "/get", Get("k"));
  }
  AwaitBegun(limits::kCallsUnderWayMin - 1);
  Pending beyond(channel, "/get", Get("k"));
  EXPECT_EQ(beyond.Await().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonOf(beyond.Await()), "NODE_OVERLOADED");
  for (size_t i = 0; i < calls.size(); ++i) Succeed(AwaitBegun(i), "v");
  for (Pending& call : calls) EXPECT_TRUE(call.Await().ok());
  EXPECT_TRUE(gate_.IsEmpty());
}

TEST_F(UnaryCallTest, WhileThereAreTooManyItsHeadAloneIsRefused) {
  ASSERT_TRUE(gate_.Enter(limits::kCallsUnderWayMin));
  HandClient client(Connect(), 65535, true);
  const auto id = client.http2.Begin(http2::HeadersOf("/get"));
  client.ReadUntil([&] { return client.http2.answer(id).closed; });
  EXPECT_EQ(client.http2.answer(id).status(), "8");
  EXPECT_EQ(client.http2.answer(id).error, NGHTTP2_NO_ERROR);
  gate_.Leave(limits::kCallsUnderWayMin, true, env_.Monotonic());
  const auto next = client.http2.Call("/get", Get("k"));
  ASSERT_TRUE(client.Write(1000));
  Succeed(AwaitBegun(0), "v");
  client.ReadUntil([&] { return client.http2.answer(next).closed; });
  EXPECT_EQ(client.http2.answer(next).status(), "0");
}

TEST_F(UnaryCallTest, OnesThatAreNotWholeTakeNoRoomInTheGate) {
  HandClient client(Connect(), 65535, true);
  // Until it has heard otherwise, it makes no more than a hundred at once.
  const auto first = client.http2.Call("/echo", "");
  client.ReadUntil([&] { return client.http2.answer(first).closed; });
  for (uint64_t i = 0; i < limits::kCallsUnderWayMin; ++i) {
    const auto id = client.http2.Begin(http2::HeadersOf("/get"));
    client.http2.Send(id, http2::Framed(Get("k")));
    if (i % 2 == 0) client.http2.Reset(id);
  }
  const auto whole = client.http2.Call("/get", Get("k"));
  ASSERT_TRUE(client.Write(1000));
  Succeed(AwaitBegun(0), "v");
  client.ReadUntil([&] { return client.http2.answer(whole).closed; });
  EXPECT_EQ(client.http2.answer(whole).status(), "0");
  EXPECT_TRUE(gate_.IsEmpty());
  EXPECT_EQ(begun(), 1u);
}

TEST_F(UnaryCallTest, OneThatIsGivenUpWhileItIsDoneLeavesTheGateOnce) {
  Pending call(Channel(), "/get", Get("k"));
  UnaryCall& begun = AwaitBegun(0);
  call.Cancel();
  EXPECT_EQ(call.Await().error_code(), grpc::StatusCode::CANCELLED);
  while (port_->calls() > 0) std::this_thread::yield();
  EXPECT_FALSE(gate_.IsEmpty());
  Succeed(begun, "late");
  EXPECT_TRUE(gate_.IsEmpty());
}

TEST_F(UnaryCallTest, WhoTakesNoAnswersGetsNoMoreUntilItDoes) {
  constexpr size_t kCalls = limits::kClientUnsentBytesMax / (1 << 20) + 1;
  HandClient client(Connect(), 1000, false);
  std::vector<http2::CallId> ids;
  for (size_t i = 0; i < kCalls; ++i) ids.push_back(client.http2.Call("/get", Get("k")));
  ASSERT_TRUE(client.Write(1000));
  for (size_t i = 0; i < kCalls; ++i) Succeed(AwaitBegun(i), std::string(1 << 20, 'x'));
  const auto more = client.http2.Call("/get", Get("k"));
  client.ReadUntil([&] { return client.http2.answer(more).closed; });
  EXPECT_EQ(client.http2.answer(more).status(), "8");
  client.TakeAllOf(ids);
  const auto again = client.http2.Call("/get", Get("k"));
  ASSERT_TRUE(client.Write(1000));
  Succeed(AwaitBegun(kCalls), "v");
  client.ReadUntil([&] { return client.http2.answer(again).closed; });
  EXPECT_EQ(client.http2.answer(again).status(), "0");
}

}  // namespace
}  // namespace quorate::rpc
