// What a process promises on the wire, to clients that are not ours: asked by
// bare gRPC.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "base/error.h"
#include "base/status_codec.h"
#include "cluster/cluster.h"
#include "quorate/v1/admin.grpc.pb.h"
#include "quorate/v1/kv.grpc.pb.h"
#include "quorate/v1/peer.pb.h"

namespace quorate::testing {
namespace {

using ::testing::HasSubstr;

std::string ReasonOnWire(const grpc::Status& status) {
  const auto ours = DecodeStatusDetails(status.error_details());
  return ours ? ReasonOf(*ours) : "no details: " + status.error_message();
}

// One cluster for all tests here.
class WireTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { cluster_ = new Cluster(3); }
  static void TearDownTestSuite() {
    delete cluster_;
    cluster_ = nullptr;
  }

  static std::shared_ptr<grpc::Channel> ChannelTo(int port) {
    return grpc::CreateChannel("127.0.0.1:" + std::to_string(port),
                               grpc::InsecureChannelCredentials());
  }
  static std::unique_ptr<v1::Kv::Stub> Kv(int node) {
    return v1::Kv::NewStub(ChannelTo(cluster_->client_port(node)));
  }
  static std::unique_ptr<v1::Admin::Stub> Admin(int node) {
    return v1::Admin::NewStub(ChannelTo(cluster_->client_port(node)));
  }
  static void Allow(grpc::ClientContext& context, std::chrono::milliseconds time) {
    context.set_deadline(std::chrono::system_clock::now() + time);
  }
  // Made through node 1.
  static void Create(const std::string& keyspace, uint32_t partitions) {
    v1::CreateKeyspaceRequest request;
    request.set_name(keyspace);
    request.set_partitions(partitions);
    v1::Keyspace made;
    grpc::ClientContext context;
    Allow(context, std::chrono::seconds(10));
    const grpc::Status status = Admin(1)->CreateKeyspace(&context, request, &made);
    ASSERT_TRUE(status.ok()) << status.error_message();
  }
  static grpc::Status Put(v1::Kv::Stub& kv, const std::string& keyspace, const std::string& key,
                          std::chrono::milliseconds time = std::chrono::seconds(10)) {
    v1::PutRequest request;
    request.set_keyspace(keyspace);
    request.set_key(key);
    request.set_value("v");
    v1::WriteResponse written;
    grpc::ClientContext context;
    Allow(context, time);
    return kv.Put(&context, request, &written);
  }
  // Until the keyspace's partitions have their leaders.
  static void AwaitPut(v1::Kv::Stub& kv, const std::string& keyspace, const std::string& key) {
    grpc::Status status;
    ASSERT_TRUE(Eventually([&] {
      status = Put(kv, keyspace, key);
      return status.error_code() != grpc::StatusCode::UNAVAILABLE;
    }));
    ASSERT_TRUE(status.ok()) << status.error_message();
  }

  // Each partition, as each of its replicas knows: leadership has no more reason to move.
  static bool IsLedByThePreferred(const std::string& keyspace) {
    v1::DescribeKeyspaceRequest request;
    request.set_name(keyspace);
    v1::DescribeKeyspaceResponse described;
    grpc::ClientContext context;
    Allow(context, std::chrono::seconds(10));
    const grpc::Status status = Admin(1)->DescribeKeyspace(&context, request, &described);
    EXPECT_TRUE(status.ok()) << status.error_message();
    std::map<uint64_t, uint64_t> preferred;
    for (const v1::Partition& partition : described.keyspace().partitions()) {
      preferred[partition.id()] = partition.replicas(0);
    }
    size_t led = 0;
    for (const v1::ReplicaStatus& replica : described.replicas()) {
      led += replica.leader() == preferred[replica.partition()] ? 1 : 0;
    }
    return led == 3 * preferred.size();
  }

  // A stream to one node, with the message of puts that it is to begin with.
  struct Stream {
    grpc::ClientContext context;
    std::unique_ptr<grpc::ClientReaderWriter<v1::StreamRequest, v1::StreamResponse>> calls;
    v1::StreamRequest request;

    v1::StreamOp& Add(uint64_t id) {
      v1::StreamOp* op = request.add_ops();
      op->set_id(id);
      return *op;
    }
    void AddPut(uint64_t id, const std::string& key, const std::string& value = "v") {
      v1::Mutation* put = Add(id).mutable_mutation();
      put->set_key(key);
      put->set_put(value);
    }
    bool Write() { return calls->Write(request); }
    bool Read(v1::StreamResponse& response) { return calls->Read(&response); }
  };
  // Opened once the keyspace, new, has the leaders that it keeps.
  static std::unique_ptr<Stream> OpenStream(v1::Kv::Stub& kv, const std::string& keyspace,
                                            uint32_t partitions, std::chrono::seconds time) {
    Create(keyspace, partitions);
    EXPECT_TRUE(Eventually([&] { return IsLedByThePreferred(keyspace); }));
    auto stream = std::make_unique<Stream>();
    Allow(stream->context, time);
    stream->calls = kv.Stream(&stream->context);
    stream->request.set_keyspace(keyspace);
    return stream;
  }

  static Cluster* cluster_;
};
Cluster* WireTest::cluster_ = nullptr;

TEST_F(WireTest, AKeyspaceIsKnownEverywhereAsSoonAsItIsMade) {
  std::vector<std::unique_ptr<v1::Kv::Stub>> nodes;
  for (int node = 1; node <= 3; ++node) nodes.push_back(Kv(node));
  for (int round = 0; round < 5; ++round) {
    const std::string name = "fresh-" + std::to_string(round);
    Create(name, 2);
    for (auto& node : nodes) {
      const grpc::Status status = Put(*node, name, "k");
      EXPECT_NE(status.error_code(), grpc::StatusCode::NOT_FOUND) << status.error_message();
    }
  }
}

TEST_F(WireTest, AnUnknownKeyspaceIsNotFoundByNameWithTheLikelyOne) {
  Create("orders", 1);
  const grpc::Status status = Put(*Kv(2), "order", "k");
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(ReasonOnWire(status), "KEYSPACE_NOT_FOUND");
  EXPECT_THAT(status.error_message(), HasSubstr("did you mean \"orders\"?"));
}

TEST_F(WireTest, ADeadlineThatHasPassedIsNotActedOn) {
  Create("late", 1);
  const auto kv = Kv(1);
  AwaitPut(*kv, "late", "known");
  EXPECT_EQ(Put(*kv, "late", "k", std::chrono::milliseconds(-5)).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  v1::GetRequest get;
  get.set_keyspace("late");
  get.set_key("k");
  v1::GetResponse got;
  grpc::ClientContext context;
  Allow(context, std::chrono::seconds(10));
  ASSERT_TRUE(kv->Get(&context, get, &got).ok());
  EXPECT_FALSE(got.found());
}

TEST_F(WireTest, AStreamAnswersEveryOperationByItsIdRightOrWrong) {
  const auto kv = Kv(2);
  const auto stream = OpenStream(*kv, "stream", 4, std::chrono::seconds(30));
  for (uint64_t id = 1; id <= 2000; ++id) {
    stream->AddPut(id, "k" + std::to_string(id), std::string(100, 'v'));
  }
  stream->Add(2001);  // empty
  stream->AddPut(2002, std::string(5000, 'k'));
  v1::StreamOp& across = stream->Add(2003);
  for (int i = 0; i < 100; ++i) {
    v1::Mutation* one = across.mutable_batch()->add_mutations();
    one->set_key("b" + std::to_string(i));
    one->set_put("v");
  }
  ASSERT_TRUE(stream->Write());
  std::map<uint64_t, v1::StreamReply> replies;
  v1::StreamResponse response;
  while (replies.size() < 2003 && stream->Read(response)) {
    for (const v1::StreamReply& reply : response.replies()) {
      EXPECT_TRUE(replies.emplace(reply.id(), reply).second) << "twice: " << reply.id();
    }
  }
  ASSERT_EQ(replies.size(), 2003u);
  int done = 0;
  std::string refused;
  for (uint64_t id = 1; id <= 2000; ++id) {
    const v1::StreamReply& reply = replies[id];
    if (reply.has_error()) refused = reply.error().ShortDebugString();
    done += reply.has_write() ? 1 : 0;
    if (reply.has_write()) {
      EXPECT_GT(reply.write().results(0).version(), 0u);
    } else {  // of a partition whose leadership is on the move
      EXPECT_EQ(reply.error().applied(), "no") << reply.ShortDebugString();
    }
  }
  EXPECT_GT(done, 1000) << refused;
  EXPECT_EQ(replies[2001].error().reason(), "INCOMPLETE_REQUEST");
  EXPECT_EQ(replies[2002].error().reason(), "KEY_TOO_LARGE");
  EXPECT_EQ(replies[2003].error().reason(), "CROSS_PARTITION");
  EXPECT_EQ(replies[2003].error().applied(), "no");
  stream->calls->WritesDone();
  EXPECT_FALSE(stream->Read(response));
  EXPECT_TRUE(stream->calls->Finish().ok());
}

TEST_F(WireTest, AStreamWhoseClientDoesNotReadIsNotReadWithoutEnd) {
  const auto kv = Kv(1);
  const auto stream = OpenStream(*kv, "slow", 1, std::chrono::seconds(2));
  for (uint64_t id = 0; id < 64; ++id) stream->AddPut(id, "k", std::string(64 * 1024, 'v'));
  // Without a bound this would go on for as long as the deadline lasts and
  // beyond what the messages below can hold.
  constexpr int kFarBeyondTheBound = 4000;  // 16 GiB
  int written = 0;
  while (written < kFarBeyondTheBound && stream->Write()) ++written;
  EXPECT_LT(written, kFarBeyondTheBound);
  stream->context.TryCancel();
  EXPECT_FALSE(stream->calls->Finish().ok());
  EXPECT_TRUE(cluster_->process(1).running());
}

// What node 1 answers to `bytes` on its peer port, until it closes.
std::string AnswerOfPeerPort(int port, const std::string& bytes) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(port));
  EXPECT_EQ(connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_EQ(send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  std::string answer;
  char part[4096];
  for (ssize_t got = 0; (got = recv(fd, part, sizeof(part), 0)) > 0;) {
    answer.append(part, static_cast<size_t>(got));
  }
  close(fd);
  return answer;
}

TEST_F(WireTest, GarbageOnThePeerPortIsRefusedByNameAndTheNodeGoesOn) {
  using namespace std::string_literals;
  v1::PeerFrame foreign;
  foreign.set_cluster_id("another");
  foreign.set_from(2);
  foreign.set_to(1);
  foreign.set_boot(1'000'000);
  const auto frame = [](const std::string& bytes) {
    return "\x93QRPEER\n\1\0\0\0\0\0\0\0\2\0\0\0\0\0\0\0"s +
           std::string(1, static_cast<char>(bytes.size())) + "\0\0\0"s + bytes;
  };
  for (const auto& [said, reason] : std::map<std::string, std::string>{
           {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "NOT_A_PEER"},
           {"GET / HTTP/1.0\r\n\r\n", "NOT_A_PEER"},
           {frame("not a frame"), "MALFORMED_FRAME"},
           {frame(foreign.SerializeAsString()), "FOREIGN_CLUSTER"}}) {
    EXPECT_THAT(AnswerOfPeerPort(cluster_->peer_port(1), said), HasSubstr(reason));
  }
  EXPECT_TRUE(cluster_->process(1).running());
  Create("still", 1);
  AwaitPut(*Kv(1), "still", "k");
}

TEST_F(WireTest, LeadershipMovesToTheNodeThatIsNamedWhicheverNodeIsAsked) {
  Create("moving", 1);
  AwaitPut(*Kv(1), "moving", "k");
  v1::DescribeKeyspaceRequest describe;
  describe.set_name("moving");
  v1::DescribeKeyspaceResponse described;
  grpc::ClientContext look;
  Allow(look, std::chrono::seconds(10));
  ASSERT_TRUE(Admin(3)->DescribeKeyspace(&look, describe, &described).ok());
  EXPECT_EQ(described.replicas_size(), 3);
  EXPECT_EQ(described.unreachable_size(), 0);
  const uint64_t partition = described.keyspace().partitions(0).id();
  for (int to = 1; to <= 3; ++to) {
    v1::TransferLeaderRequest request;
    request.set_partition(partition);
    request.set_to(static_cast<uint64_t>(to));
    v1::TransferLeaderResponse response;
    grpc::Status status;
    // The transfer itself may be refused while the target catches up.
    Eventually([&] {
      grpc::ClientContext context;
      Allow(context, std::chrono::seconds(10));
      status = Admin(1 + to % 3)->TransferLeader(&context, request, &response);
      return status.ok();
    });
    ASSERT_TRUE(status.ok()) << status.error_message();
    EXPECT_EQ(response.leader(), static_cast<uint64_t>(to));
  }
}

TEST_F(WireTest, ATransferOfAPartitionThatIsNotThereIsNotFound) {
  v1::TransferLeaderRequest request;
  request.set_partition(987654);
  v1::TransferLeaderResponse response;
  grpc::ClientContext context;
  Allow(context, std::chrono::seconds(10));
  const grpc::Status status = Admin(1)->TransferLeader(&context, request, &response);
  EXPECT_EQ(ReasonOnWire(status), "PARTITION_NOT_FOUND");
}

TEST_F(WireTest, ANodeThatEndsAnswersWhatItTookAndThenEndsItsStreams) {
  const auto kv = Kv(3);
  const auto stream = OpenStream(*kv, "ending", 1, std::chrono::seconds(30));
  for (uint64_t id = 0; id < 500; ++id) stream->AddPut(id, "k" + std::to_string(id));
  ASSERT_TRUE(stream->Write());
  v1::StreamResponse response;
  ASSERT_TRUE(stream->Read(response));  // it has taken them
  int answered = response.replies_size();
  EXPECT_EQ(cluster_->Terminate(3), 0) << cluster_->log(3);
  while (stream->Read(response)) answered += response.replies_size();
  EXPECT_EQ(answered, 500);
  EXPECT_EQ(ReasonOnWire(stream->calls->Finish()), "NODE_DRAINING");
  cluster_->Start(3);
  cluster_->WaitReady();
}

}  // namespace
}  // namespace quorate::testing
