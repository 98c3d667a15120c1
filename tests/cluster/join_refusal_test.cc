// What is not let into a cluster: each refused before anything changes, with the way out.
#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>

#include "base/error.h"
#include "client/rpc_status.h"
#include "cluster/cluster.h"
#include "quorate/v1/admin.grpc.pb.h"

namespace quorate::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

std::string LocalAt(int port) { return "127.0.0.1:" + std::to_string(port); }

class JoinRefusalTest : public ::testing::Test {
 protected:
  // Nothing may have changed.
  ~JoinRefusalTest() override {
    const auto topology = client_.Topology();
    EXPECT_TRUE(topology.ok()) << topology.status();
    EXPECT_EQ(topology.value_or(TopologyDescription()).epoch, epoch_);
  }

  Refusal Join(std::vector<std::string> flags, const std::string& seed = "") {
    std::vector<std::string> command = cluster_.JoinedCommandLine(kNode);
    command.insert(command.end(),
                   {"--join", seed.empty() ? LocalAt(cluster_.client_port(1)) : seed});
    command.insert(command.end(), flags.begin(), flags.end());
    return RunToEnd(command);
  }
  std::string Output(std::vector<std::string> flags, const std::string& seed = "") {
    const Refusal refusal = Join(std::move(flags), seed);
    EXPECT_EQ(refusal.exit_code, 1) << refusal.output;
    return refusal.output;
  }

  static constexpr int kNode = 2;
  Cluster cluster_{1};
  Client client_ = cluster_.Connect();
  const Epoch epoch_ = client_.Topology()->epoch;
};

TEST_F(JoinRefusalTest, AFolderOfAnotherCluster) {
  for (const char* other : {"other", "test"}) {
    SCOPED_TRACE(other);
    std::filesystem::remove_all(cluster_.data_dir(kNode));
    std::vector<std::string> alone = cluster_.JoinedCommandLine(kNode);
    alone.insert(alone.end(), {"--cluster-id", other});
    {
      Process process(alone, cluster_.data_dir(kNode) + ".other");
      EXPECT_TRUE(
          Eventually([&] { return !HttpGet(cluster_.http_port(kNode), "/readyz").empty(); }));
    }
    EXPECT_THAT(Output({}), AllOf(HasSubstr("FOREIGN_CLUSTER"), HasSubstr(other),
                                  HasSubstr("an empty folder of its own")));
  }
}

TEST_F(JoinRefusalTest, AClusterOfAnotherName) {
  EXPECT_THAT(Output({"--cluster-id", "other"}),
              AllOf(HasSubstr("FOREIGN_CLUSTER"), HasSubstr("\"other\", and this is \"test\"")));
}

TEST_F(JoinRefusalTest, AnIdThatIsTaken) {
  EXPECT_THAT(Output({"--node-id", "1"}),
              AllOf(HasSubstr("NODE_ID_TAKEN"), HasSubstr(LocalAt(cluster_.client_port(1))),
                    HasSubstr("leave --node-id out")));
}

TEST_F(JoinRefusalTest, AnAddressOfAnotherNode) {
  EXPECT_THAT(Output({"--advertise", LocalAt(cluster_.peer_port(1))}),
              AllOf(HasSubstr("ADDRESS_IN_USE"), HasSubstr("that of n1")));
}

TEST_F(JoinRefusalTest, AnAddressWhereTheClusterFindsNobodyOrSomebodyElse) {
  EXPECT_THAT(Output({"--advertise", LocalAt(cluster_.client_port(5))}),
              AllOf(HasSubstr("ADVERTISE_UNREACHABLE"), HasSubstr("found nothing"),
                    HasSubstr("--advertise")));
  Cluster other(1);
  EXPECT_THAT(Output({"--peer-advertise", LocalAt(other.peer_port(1))}),
              AllOf(HasSubstr("ADVERTISE_UNREACHABLE"),
                    HasSubstr("found nothing that asks to join"), HasSubstr("--peer-advertise")));
  EXPECT_THAT(Output({"--advertise", LocalAt(other.client_port(1))}),
              AllOf(HasSubstr("ADVERTISE_UNREACHABLE"), HasSubstr("found another process")));
}

TEST_F(JoinRefusalTest, WithoutTheClusterANodeThatAskedBeginsNoneOfItsOwn) {
  Output({"--node-id", "1"});
  const Refusal alone = RunToEnd(cluster_.JoinedCommandLine(kNode));
  EXPECT_EQ(alone.exit_code, 1);
  EXPECT_THAT(alone.output, AllOf(HasSubstr("JOIN_UNFINISHED"), HasSubstr("--join")));
}

TEST_F(JoinRefusalTest, ASeedThatIsNotThere) {
  EXPECT_THAT(Output({}, LocalAt(cluster_.client_port(5))),
              AllOf(HasSubstr("SEED_SILENT"), HasSubstr(LocalAt(cluster_.client_port(5)))));
}

TEST_F(JoinRefusalTest, ASeedThatNeverAnswers) {
  const int silent = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<uint16_t>(cluster_.client_port(5)));
  ASSERT_EQ(bind(silent, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_EQ(listen(silent, 8), 0);
  EXPECT_THAT(Output({}, LocalAt(cluster_.client_port(5))),
              AllOf(HasSubstr("SEED_SILENT"), HasSubstr("within 10 s")));
  close(silent);
}

TEST_F(JoinRefusalTest, ASeedThatIsTheAddressForPeers) {
  EXPECT_THAT(Output({}, LocalAt(cluster_.peer_port(1))),
              AllOf(HasSubstr("SEED_SILENT"), HasSubstr("is that its address for clients")));
}

TEST_F(JoinRefusalTest, AnOlderProtocol) {
  const auto stub = v1::Admin::NewStub(
      grpc::CreateChannel(LocalAt(cluster_.client_port(1)), grpc::InsecureChannelCredentials()));
  v1::AddNodeRequest request;
  request.mutable_node()->set_client_address(LocalAt(cluster_.client_port(kNode)));
  request.mutable_node()->set_peer_address(LocalAt(cluster_.peer_port(kNode)));
  request.mutable_node()->set_weight(100);
  request.mutable_node()->set_join_token(1);
  grpc::ClientContext context;
  v1::AddNodeResponse response;
  const grpc::Status told = stub->AddNode(&context, request, &response);
  const absl::Status status = client::ResultOfRpc(told, context, true, "n1").status;
  EXPECT_EQ(ReasonOf(status), "PROTOCOL_TOO_OLD") << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("start a newer build"));
}

}  // namespace
}  // namespace quorate::testing
