// A request whose time is over when its turn comes is dropped before anything is
// done for it.
#include <gtest/gtest.h>

#include <optional>

#include "base/error.h"
#include "node/node.h"
#include "still_world.h"
#include "storage/mem_engine.h"
#include "storage/sim_files.h"

namespace quorate {
namespace {

class LateRequestTest : public ::testing::Test {
 protected:
  LateRequestTest() {
    NodeOptions options;
    options.cluster_id = "test";
    options.self = NodeId(1);
    options.boot = Boot(1);
    ring::NodeInfo& self = options.bootstrap.emplace_back();
    self.id = NodeId(1);
    self.client_address = "n1:1";
    self.peer_address = "n1:2";
    const ring::Topology made = *ring::WithKeyspace(*ring::Bootstrap("test", options.bootstrap),
                                                    {.name = "orders", .partitions = 1});
    auto node = Node::Open(options, {env_, files_, engine_, expired_, frames_, threads_}, {});
    EXPECT_TRUE(node.ok()) << node.status();
    node_ = *std::move(node);
    node_->Start(log_, [](const absl::Status& why) { ADD_FAILURE() << why; });
    node_->Adopt(ring::Freeze(made));
    Turns();
    partition_ = made.keyspaces.at("orders").partitions.front().id;
  }
  void Turns() {
    for (int i = 0; i < 4; ++i) node_->RunTurn(0);
  }
  // What a read at ONE, which needs nobody, is told when its turn comes so much later.
  std::optional<Reply> ReadAfter(absl::Duration later, Ladder ladder = {}) {
    Request request;
    request.partition = partition_;
    request.epoch = node_->topology()->epoch;
    request.level = Level::kOne;
    request.ladder = std::move(ladder);
    request.deadline = env_.now + absl::Seconds(1);
    request.op = Lookup{{"k"}};
    std::optional<Reply> answer;
    node_->Execute(std::move(request), [&answer](Reply reply) { answer = std::move(reply); });
    env_.now += later;
    Turns();
    return answer;
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
};

TEST_F(LateRequestTest, IsAnsweredInTimeAndDroppedAfterIt) {
  const auto in_time = ReadAfter(absl::Milliseconds(900));
  ASSERT_TRUE(in_time.has_value());
  EXPECT_TRUE(in_time->status.ok()) << in_time->status;
  const auto late = ReadAfter(absl::Milliseconds(1100));
  ASSERT_TRUE(late.has_value());
  EXPECT_TRUE(absl::IsDeadlineExceeded(late->status)) << late->status;
  EXPECT_EQ(ReasonOf(late->status), "DEADLINE_EXPIRED_IN_QUEUE");
  EXPECT_EQ(AppliedOf(late->status), Applied::kNo);
  EXPECT_TRUE(late->found.empty());
}

TEST_F(LateRequestTest, GoesDownNoLadderEither) {
  const auto late = ReadAfter(
      absl::Milliseconds(1100),
      {{.level = Level::kBounded, .bound = absl::Seconds(1), .budget = absl::Milliseconds(10)},
       {.level = Level::kOne}});
  ASSERT_TRUE(late.has_value());
  EXPECT_EQ(ReasonOf(late->status), "DEADLINE_EXPIRED_IN_QUEUE") << late->status;
}

}  // namespace
}  // namespace quorate
