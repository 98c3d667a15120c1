// A node that is asked to go answers what it has begun, as far as others let it.
#include <gtest/gtest.h>

#include <optional>

#include "base/error.h"
#include "node/node.h"
#include "still_world.h"
#include "storage/mem_engine.h"
#include "storage/sim_files.h"

namespace quorate {
namespace {

// n1 of three, that hears from nobody.
class DrainTest : public ::testing::Test {
 protected:
  DrainTest() {
    NodeOptions options;
    options.cluster_id = "test";
    options.self = NodeId(1);
    options.boot = Boot(1);
    for (const uint64_t id : {1, 2, 3}) {
      ring::NodeInfo& node = options.bootstrap.emplace_back();
      node.id = NodeId(id);
      node.client_address = "n" + std::to_string(id) + ":1";
      node.peer_address = "n" + std::to_string(id) + ":2";
    }
    const ring::Topology made = *ring::WithKeyspace(
        *ring::Bootstrap("test", options.bootstrap),
        {.name = "carts", .mode = Mode::kQuorum, .partitions = 1, .conflict = Conflict::kLww});
    auto node = Node::Open(options, {env_, files_, engine_, expired_, frames_, threads_}, {});
    EXPECT_TRUE(node.ok()) << node.status();
    node_ = *std::move(node);
    node_->Start(log_, [](const absl::Status& why) { ADD_FAILURE() << why; });
    node_->Adopt(ring::Freeze(made));
    Turns();
    partition_ = made.keyspaces.at("carts").partitions.front().id;
  }
  void Turns() {
    for (int i = 0; i < 4; ++i) node_->RunTurn(0);
  }
  void After(absl::Duration time) {
    env_.now += time;
    Turns();
  }
  // It waits for the disk, which never says that it has it.
  void Put(std::optional<Reply>& answer) {
    Request request;
    request.partition = partition_;
    request.epoch = node_->topology()->epoch;
    request.level = Level::kOne;
    request.deadline = env_.now + absl::Seconds(5);
    kv::Command command;
    kv::Mutation& put = command.mutations.emplace_back();
    put.key = "k";
    put.value = "v";
    request.op = std::move(command);
    node_->Execute(std::move(request), [&answer](Reply reply) { answer = std::move(reply); });
    Turns();
  }
  void Drain() {
    node_->Drain(env_.now + absl::Seconds(10), [this] { drained_ = true; });
    Turns();
  }

  ManualEnv env_;
  SimFiles files_{1};
  kv::ExpiredRecords expired_;
  MemEngine engine_;
  NoFrames frames_;
  NoThreads threads_;
  NoLog log_;
  std::unique_ptr<Node> node_;
  PartitionId partition_;
  bool drained_ = false;
};

TEST_F(DrainTest, WaitsForWhatIsUnderWayAndTakesNothingMore) {
  std::optional<Reply> begun;
  Put(begun);
  ASSERT_FALSE(begun.has_value()) << begun->status;
  Drain();
  EXPECT_FALSE(begun.has_value()) << begun->status;
  EXPECT_FALSE(drained_);
  std::optional<Reply> later;
  Put(later);
  ASSERT_TRUE(later.has_value());
  EXPECT_EQ(ReasonOf(later->status), "SHUTTING_DOWN");
  EXPECT_EQ(AppliedOf(later->status), Applied::kNo);
}

TEST_F(DrainTest, DoesNotWaitForEver) {
  std::optional<Reply> begun;
  Put(begun);
  Drain();
  After(absl::Milliseconds(2900));
  EXPECT_FALSE(drained_);
  After(absl::Milliseconds(200));
  EXPECT_TRUE(drained_);
  ASSERT_TRUE(begun.has_value());
  EXPECT_EQ(ReasonOf(begun->status), "SHUTTING_DOWN");
  EXPECT_EQ(AppliedOf(begun->status), Applied::kUnknown);
}

TEST_F(DrainTest, IsOverAtOnceWhereNobodyWaits) {
  Drain();
  EXPECT_TRUE(drained_);
}

}  // namespace
}  // namespace quorate
