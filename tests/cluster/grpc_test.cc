// What a client of any language may expect of a gRPC server, asked by bare gRPC: none of our
// generated code, as grpcurl and health probes have none.
#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/status_codec.h"
#include "cluster/cluster.h"
#include "quorate/v1/kv.grpc.pb.h"
#include "rpc/byte_buffers.h"

namespace quorate::testing {
namespace {

using rpc::BufferOf;
using rpc::BytesOf;
using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr size_t kMiB = 1 << 20;

struct Answer {
  grpc::Status status;
  std::string bytes;
};

class GrpcTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { cluster_ = new Cluster(1, {"--value-bytes-max=4MiB"}); }
  static void TearDownTestSuite() {
    delete cluster_;
    cluster_ = nullptr;
  }

  GrpcTest() {
    grpc::ChannelArguments arguments;
    arguments.SetMaxReceiveMessageSize(-1);
    channel_ = grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(cluster_->client_port(1)),
                                         grpc::InsecureChannelCredentials(), arguments);
  }

  // One message there and one back, whatever the method's kind.
  Answer Ask(const std::string& method, const std::string& request,
             const std::vector<std::pair<std::string, std::string>>& metadata = {}) {
    grpc::GenericStub stub(channel_);
    grpc::CompletionQueue queue;
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
    for (const auto& [name, value] : metadata) context.AddMetadata(name, value);
    const auto call = stub.PrepareCall(&context, method, &queue);
    const auto done = [&] {
      void* tag = nullptr;
      bool ok = false;
      EXPECT_TRUE(queue.Next(&tag, &ok));
      return ok;
    };
    Answer answer;
    grpc::ByteBuffer response;
    call->StartCall(nullptr);
    if (done()) {
      call->WriteLast(BufferOf(request), {}, nullptr);
      done();
      call->Read(&response, nullptr);
      if (done()) answer.bytes = BytesOf(response);
    }
    call->Finish(&answer.status, nullptr);
    done();
    return answer;
  }
  Answer Put(const std::string& keyspace, size_t value_bytes) {
    v1::PutRequest request;
    request.set_keyspace(keyspace);
    request.set_key("k");
    request.set_value(std::string(value_bytes, 'v'));
    return Ask("/quorate.v1.Kv/Put", request.SerializeAsString());
  }
  static std::string ReasonIn(const Answer& answer) {
    const auto ours = DecodeStatusDetails(answer.status.error_details());
    return ours ? std::string(ReasonOf(*ours)) : "no details: " + answer.status.error_message();
  }

  static Cluster* cluster_;
  std::shared_ptr<grpc::Channel> channel_;
};
Cluster* GrpcTest::cluster_ = nullptr;

// grpc.reflection.v1alpha: field 7 lists services, field 4 asks for the file of a symbol.
TEST_F(GrpcTest, ReflectionKnowsTheServicesAndTheirMethods) {
  const std::string method = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";
  const Answer services = Ask(method, "\x3a\x01*");
  ASSERT_TRUE(services.status.ok()) << services.status.error_message();
  EXPECT_THAT(services.bytes, AllOf(HasSubstr("quorate.v1.Kv"), HasSubstr("quorate.v1.Admin"),
                                    HasSubstr("grpc.health.v1.Health")));
  const auto file_of = [&](const std::string& symbol) {
    const auto size = static_cast<char>(symbol.size());
    const Answer file = Ask(method, std::string("\x22") + size + symbol);
    EXPECT_TRUE(file.status.ok()) << file.status.error_message();
    return file.bytes;
  };
  const std::string kv = file_of("quorate.v1.Kv");
  for (const char* name : {"Put", "Get", "Delete", "CompareAndSet", "Add", "Batch", "Mutate",
                           "MultiGet", "Scan", "OpenWriter", "Resolve", "Stream"}) {
    EXPECT_THAT(kv, HasSubstr(std::string("\x0a") +
                              static_cast<char>(std::string_view(name).size()) + name));
  }
  EXPECT_THAT(file_of("quorate.v1.Admin"), HasSubstr("CreateKeyspace"));
}

TEST_F(GrpcTest, HealthIsServed) {
  const std::string serving = "\x08\x01";
  // Whoever looks after the node tells it now and then.
  EXPECT_TRUE(Eventually([&] { return Ask("/grpc.health.v1.Health/Check", "").bytes == serving; }));
  const Answer other = Ask("/grpc.health.v1.Health/Check", "\x0a\x04none");
  EXPECT_EQ(other.status.error_code(), grpc::StatusCode::NOT_FOUND);
}

TEST_F(GrpcTest, WhatIsNotThereIsUnimplemented) {
  for (const char* method : {"/quorate.v1.Kv/None", "/quorate.v2.Kv/Get", "/quorate.v1.Kv/get",
                             "/quorate.v1.Kv/Get/", "/none", "/"}) {
    EXPECT_EQ(Ask(method, "x").status.error_code(), grpc::StatusCode::UNIMPLEMENTED) << method;
  }
}

TEST_F(GrpcTest, ValuesAreTakenUpToTheirLimitAndRefusedByNameBeyondIt) {
  Client client = cluster_->Connect();
  cluster_->Create(client, "large");
  const Answer most = Put("large", 4 * kMiB - 100);
  ASSERT_TRUE(most.status.ok()) << most.status.error_message();
  v1::GetRequest get;
  get.set_keyspace("large");
  get.set_key("k");
  const Answer got = Ask("/quorate.v1.Kv/Get", get.SerializeAsString());
  ASSERT_TRUE(got.status.ok()) << got.status.error_message();
  v1::GetResponse response;
  ASSERT_TRUE(response.ParseFromString(got.bytes));
  EXPECT_EQ(response.value(), std::string(4 * kMiB - 100, 'v'));
  for (const size_t bytes : {4 * kMiB + 1, 15 * kMiB}) {
    const Answer beyond = Put("large", bytes);
    EXPECT_EQ(beyond.status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(ReasonIn(beyond), "VALUE_TOO_LARGE");
  }
}

TEST_F(GrpcTest, AMessageBeyond16MiBIsRefusedByNameWhomeverItIsFor) {
  const Answer data = Put("large", 17 * kMiB);
  EXPECT_EQ(data.status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonIn(data), "CALL_TOO_LARGE");
  const Answer admin = Ask("/quorate.v1.Admin/CreateKeyspace", std::string(17 * kMiB, 'x'));
  EXPECT_EQ(admin.status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(ReasonIn(admin), "CALL_TOO_LARGE");
}

// Its keyspace must be looked for elsewhere first, and the client's end comes before that is known.
TEST_F(GrpcTest, AStreamOfNothingEnds) {
  v1::StreamRequest nothing;
  nothing.set_keyspace("none");
  const Answer answer = Ask("/quorate.v1.Kv/Stream", nothing.SerializeAsString());
  EXPECT_TRUE(answer.status.ok()) << answer.status.error_message();
  EXPECT_EQ(answer.bytes, "");
}

TEST_F(GrpcTest, MetadataOfTheCallersDoesNotMatter) {
  v1::GetRequest get;
  get.set_keyspace("none");
  get.set_key("k");
  const Answer data = Ask("/quorate.v1.Kv/Get", get.SerializeAsString(),
                          {{"who", "me"}, {"x-bin", std::string("\0\xff", 2)}});
  EXPECT_EQ(ReasonIn(data), "KEYSPACE_NOT_FOUND");
  const Answer health =
      Ask("/grpc.health.v1.Health/Check", "", {{"who", "me"}, {"x-bin", std::string("\0\xff", 2)}});
  EXPECT_TRUE(health.status.ok());
}

}  // namespace
}  // namespace quorate::testing
