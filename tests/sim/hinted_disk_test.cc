// A write at ANY that its keeper hands to its own replica, whose disk then takes much
// longer than the keeper waits for an answer.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <optional>

#include "quorum/counter.h"
#include "sim/cluster.h"
#include "sim/leaderless_replicas.h"

namespace quorate::sim {
namespace {

class HintedDiskTest : public ::testing::Test {
 protected:
  HintedDiskTest() {
    cluster_.BootAll();
    EXPECT_TRUE(Await(absl::Seconds(30), [this] { return AllReady(); }));
    Execute(NodeId(1), [](Node& node, absl::Duration deadline) {
      node.CreateKeyspace({.name = "k",
                           .mode = Mode::kQuorum,
                           .replicas = 1,
                           .partitions = 1,
                           .conflict = Conflict::kCounter},
                          deadline, [](const auto&) {});
    });
    EXPECT_TRUE(Await(absl::Seconds(5), [this] { return Replica() != nullptr; }));
  }

  static Knobs ThreeNodes() {
    Knobs knobs;
    knobs.node.cluster_id = "sim";
    return knobs;
  }
  bool AllReady() {
    return std::all_of(cluster_.ids().begin(), cluster_.ids().end(), [this](NodeId id) {
      const Node* node = cluster_.node(id).node();
      return node != nullptr && node->ready();
    });
  }
  bool Await(absl::Duration longest, const std::function<bool()>& done) {
    const absl::Duration end = queue_.now() + longest;
    while (!done()) {
      if (queue_.now() >= end) return false;
      queue_.RunUntil(queue_.now() + absl::Microseconds(10));
    }
    return true;
  }
  void Execute(NodeId id, const std::function<void(Node&, absl::Duration)>& work) {
    const absl::Duration deadline = cluster_.node(id).machine().env.Monotonic() + absl::Seconds(1);
    cluster_.node(id).process()->WhenRunning(
        [work, deadline](Node& node) { work(node, deadline); });
  }
  const ring::PartitionInfo* Partition() {
    const ring::KeyspaceInfo* keyspace = cluster_.topology()->FindKeyspace("k");
    return keyspace == nullptr ? nullptr : &keyspace->partitions[0];
  }
  const QuorumReplica* Replica() {
    if (Partition() == nullptr) return nullptr;
    return FindQuorumReplica(cluster_, Partition()->replicas[0], Partition()->id);
  }
  int64_t Value() {
    const auto record = Replica()->store().Lookup("key");
    return record ? quorum::Counter::Decode(record->body)->Value().value_or(-1) : 0;
  }
  // An addition of one, kept by the replica's own node as if no replica were there.
  bool Keep(NodeId keeper) {
    bool hinted = false;
    Execute(keeper, [&, this](Node& node, absl::Duration deadline) {
      Request request;
      request.partition = Partition()->id;
      request.level = Level::kAny;
      request.deadline = deadline;
      request.tried = Partition()->replicas;
      kv::Mutation add;
      add.key = "key";
      add.action = kv::Mutation::Action::kAdd;
      add.delta = 1;
      request.op = kv::Command{{add}};
      node.Execute(std::move(request), [&](Reply reply) { hinted = reply.receipt.hinted; });
    });
    return Await(absl::Seconds(1), [&] { return hinted; });
  }

  uint64_t HintsAt(NodeId id) {
    std::optional<uint64_t> hints;
    Execute(id, [&](Node& node, absl::Duration) {
      node.Report([&](const NodeStatusReport& report) { hints = report.hints; });
    });
    EXPECT_TRUE(Await(absl::Seconds(1), [&] { return hints.has_value(); }));
    return hints.value_or(0);
  }

  EventQueue queue_;
  Trace trace_{queue_, 0, nullptr};
  Cluster cluster_{queue_, trace_, Random(1), ThreeNodes(),
                   [](const std::string& what) { ADD_FAILURE() << what; }};
};

TEST_F(HintedDiskTest, WhatTheKeepersOwnReplicaTookIsNotDoneAgainWhileItsDiskStalls) {
  const NodeId node = Partition()->replicas[0];
  ASSERT_TRUE(Keep(node));
  ASSERT_TRUE(Await(absl::Seconds(5), [this] { return Value() == 1; })) << "taken, not yet synced";
  cluster_.node(node).machine().disk.stalled = true;
  queue_.RunUntil(queue_.now() + absl::Seconds(10));
  cluster_.node(node).machine().disk.stalled = false;
  queue_.RunUntil(queue_.now() + absl::Seconds(5));
  EXPECT_EQ(Value(), 1);
  EXPECT_EQ(HintsAt(node), 0u);
}

TEST_F(HintedDiskTest, NorByAnyReplicaAfterACrashOfItsNodeInTheMidstOfIt) {
  const NodeId node = Partition()->replicas[0];
  for (const NodeId keeper : {node, NodeId(node.value() % 3 + 1)}) {
    const int64_t before = Value();
    ASSERT_TRUE(Keep(keeper));
    ASSERT_TRUE(Await(absl::Seconds(5), [&, this] { return Value() == before + 1; }));
    cluster_.node(node).Crash("the test says so");
    cluster_.node(node).Boot();
    ASSERT_TRUE(Await(absl::Seconds(5), [this] { return Replica() != nullptr; }));
    queue_.RunUntil(queue_.now() + absl::Seconds(5));
    EXPECT_EQ(Value(), before + 1) << "kept by " << keeper.ToString();
  }
}

}  // namespace
}  // namespace quorate::sim
