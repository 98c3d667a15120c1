// What a node makes of requests that were routed by another topology than its own.
#include <gmock/gmock.h>

#include "base/error.h"
#include "base/protocol_version.h"
#include "node/node.h"
#include "quorate/v1/peer.pb.h"
#include "still_world.h"
#include "storage/mem_engine.h"
#include "storage/sim_files.h"

namespace quorate {
namespace {

using ::testing::HasSubstr;

class Frames final : public Transport {
 public:
  void Send(NodeId, const std::string&, std::string bytes) override {
    EXPECT_TRUE(sent.emplace_back().ParseFromString(bytes));
  }
  std::vector<v1::PeerFrame> sent;
};

// n1 knows that the keyspace which n2 still asks for was dropped.
class OutdatedRequestTest : public ::testing::Test {
 protected:
  OutdatedRequestTest() {
    NodeOptions options;
    options.cluster_id = "test";
    options.self = NodeId(1);
    options.boot = Boot(1);
    for (const uint64_t id : {1, 2}) {
      const std::string host = "n" + std::to_string(id);
      ring::NodeInfo& info = options.bootstrap.emplace_back();
      info.id = NodeId(id);
      info.client_address = host + ":1";
      info.peer_address = host + ":2";
    }
    first_ = *ring::Bootstrap("test", options.bootstrap);
    made_ = *ring::WithKeyspace(
        first_,
        {.name = "carts", .mode = Mode::kQuorum, .partitions = 1, .conflict = Conflict::kLww});
    dropped_ = *ring::WithoutKeyspace(made_, "carts");
    auto node = Node::Open(options, {env_, files_, engine_, expired_, frames_, threads_}, {});
    EXPECT_TRUE(node.ok()) << node.status();
    node_ = *std::move(node);
    node_->Start(log_, [](const absl::Status& why) { ADD_FAILURE() << why; });
    Follow(made_);
    Follow(dropped_);
    env_.now += absl::Seconds(10);  // what n2 was told at once may have been lost
    Turns();
    frames_.sent.clear();
  }
  void Turns() {
    for (int i = 0; i < 4; ++i) node_->RunTurn(0);
  }
  void Follow(const ring::Topology& topology) {
    node_->Adopt(ring::Freeze(topology));
    Turns();
    EXPECT_EQ(node_->topology()->epoch, topology.epoch);
  }
  // As n2 hands it on while it is at that epoch.
  Reply AskFromPeer(PartitionId partition, Epoch epoch, Level level) {
    Request request;
    request.partition = partition;
    request.epoch = epoch;
    request.level = level;
    auto& put = request.op.emplace<kv::Command>().mutations.emplace_back();
    put.key = "rk";
    put.value = "v";
    v1::PeerFrame frame;
    frame.set_cluster_id("test");
    frame.set_from(2);
    frame.set_to(1);
    frame.set_boot(1);
    frame.set_epoch(epoch.value());
    frame.set_protocol(kProtocolVersion);
    auto* forwarded = frame.add_requests();
    forwarded->set_id(++last_id_);
    forwarded->set_request(EncodeRequest(request));
    forwarded->set_deadline_us(1'000'000);
    forwarded->set_hops(1);
    forwarded->set_worker_hint(partition.value());
    EXPECT_TRUE(node_->ReceiveFrame(frame.SerializeAsString()).ok());
    Turns();
    Reply reply;
    for (const v1::PeerFrame& sent : frames_.sent) {
      for (const auto& answered : sent.replies()) {
        if (answered.id() == last_id_) reply = *DecodeReply(answered.reply());
      }
    }
    return reply;
  }
  uint64_t Outdated() {
    uint64_t outdated = 0;
    node_->Report([&](const NodeStatusReport& report) { outdated = report.requests_outdated; });
    Turns();
    return outdated;
  }
  PartitionId gone() const { return made_.keyspaces.at("carts").partitions.front().id; }

  ManualEnv env_;
  SimFiles files_{1};
  kv::ExpiredRecords expired_;
  MemEngine engine_;
  Frames frames_;
  NoThreads threads_;
  NoLog log_;
  ring::Topology first_;
  ring::Topology made_;
  ring::Topology dropped_;
  std::unique_ptr<Node> node_;
  uint64_t last_id_ = 0;
};

TEST_F(OutdatedRequestTest, IsRefusedCountedAndAnsweredWithTheNewerTopology) {
  const Reply reply = AskFromPeer(gone(), made_.epoch, Level::kQuorum);
  EXPECT_EQ(ReasonOf(reply.status), "PARTITION_UNKNOWN") << reply.status;
  EXPECT_EQ(AppliedOf(reply.status), Applied::kNo);
  EXPECT_THAT(std::string(reply.status.message()), HasSubstr("dropped meanwhile"));
  EXPECT_EQ(Outdated(), 1u);
  const bool taught =
      std::any_of(frames_.sent.begin(), frames_.sent.end(), [&](const v1::PeerFrame& sent) {
        return sent.to() == 2 && sent.topology().epoch() == dropped_.epoch.value();
      });
  EXPECT_TRUE(taught) << "the sender learns what it lacks without asking";
}

TEST_F(OutdatedRequestTest, IsRefusedAlikeAtAnyAndKeptForNobody) {
  EXPECT_EQ(ReasonOf(AskFromPeer(gone(), made_.epoch, Level::kAny).status), "PARTITION_UNKNOWN");
  EXPECT_EQ(Outdated(), 1u);
}

TEST_F(OutdatedRequestTest, ANewerOneMayBeRightAndDoesNotCount) {
  const Epoch newer(dropped_.epoch.value() + 1);
  const Reply reply = AskFromPeer(PartitionId(1000), newer, Level::kQuorum);
  EXPECT_EQ(ReasonOf(reply.status), "PARTITION_UNKNOWN");
  EXPECT_THAT(std::string(reply.status.message()), HasSubstr("has yet to learn of it"));
  EXPECT_EQ(Outdated(), 0u);
}

}  // namespace
}  // namespace quorate
