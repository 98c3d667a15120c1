// A write at ANY that its keeper hands to its own replica, whose disk then takes much
// longer than the keeper waits for an answer.
#include <gtest/gtest.h>

#include <optional>

#include "cluster_fixture.h"
#include "quorum/counter.h"

namespace quorate::sim {
namespace {

// Within a sync.
constexpr absl::Duration kOften = absl::Microseconds(10);

class HintedDiskTest : public ::testing::Test, public ClusterFixture {
 protected:
  HintedDiskTest() {
    MakeKeyspace({.mode = Mode::kQuorum, .replicas = 1, .conflict = Conflict::kCounter});
  }

  NodeId Holder() { return Partition()->replicas[0]; }
  int64_t Value() {
    const auto record = Replica(Holder())->store().Lookup("key");
    return record ? quorum::Counter::Decode(record->body)->Value().value_or(-1) : 0;
  }
  // An addition of one, kept by the replica's own node as if no replica were there.
  bool Keep(NodeId keeper) {
    Request request;
    request.level = Level::kAny;
    request.tried = Partition()->replicas;
    kv::Mutation add;
    add.key = "key";
    add.action = kv::Mutation::Action::kAdd;
    add.delta = 1;
    request.op = kv::Command{{add}};
    const auto reply = Ask(keeper, std::move(request));
    return reply && reply->receipt.hinted;
  }

  uint64_t HintsAt(NodeId id) {
    std::optional<uint64_t> hints;
    Execute(id, [&](Node& node, absl::Duration) {
      node.Report([&](const NodeStatusReport& report) { hints = report.hints; });
    });
    EXPECT_TRUE(Await(absl::Seconds(1), [&] { return hints.has_value(); }));
    return hints.value_or(0);
  }
};

TEST_F(HintedDiskTest, WhatTheKeepersOwnReplicaTookIsNotDoneAgainWhileItsDiskStalls) {
  const NodeId node = Holder();
  ASSERT_TRUE(Keep(node));
  ASSERT_TRUE(Await(
      absl::Seconds(5), [this] { return Value() == 1; }, kOften))
      << "taken, not yet synced";
  cluster_.node(node).machine().disk.stalled = true;
  Pass(absl::Seconds(10));
  cluster_.node(node).machine().disk.stalled = false;
  Pass(absl::Seconds(5));
  EXPECT_EQ(Value(), 1);
  EXPECT_EQ(HintsAt(node), 0u);
}

TEST_F(HintedDiskTest, NorByAnyReplicaAfterACrashOfItsNodeInTheMidstOfIt) {
  const NodeId node = Holder();
  for (const NodeId keeper : {node, NodeId(node.value() % 3 + 1)}) {
    const int64_t before = Value();
    ASSERT_TRUE(Keep(keeper));
    ASSERT_TRUE(Await(
        absl::Seconds(5), [&, this] { return Value() == before + 1; }, kOften));
    cluster_.node(node).Crash("the test says so");
    cluster_.node(node).Boot();
    ASSERT_TRUE(Await(absl::Seconds(5), [this] { return Replica(Holder()) != nullptr; }));
    Pass(absl::Seconds(5));
    EXPECT_EQ(Value(), before + 1) << "kept by " << keeper.ToString();
  }
}

}  // namespace
}  // namespace quorate::sim
