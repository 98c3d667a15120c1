// A node whose disk ends no sync any more, though it talks as before.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "sim/cluster.h"

namespace quorate::sim {
namespace {

constexpr absl::Duration kElection = absl::Milliseconds(500);

class StalledDiskTest : public ::testing::Test {
 protected:
  StalledDiskTest() {
    cluster_.BootAll();
    EXPECT_TRUE(Await(absl::Seconds(30), [this] { return AllReady(); }));
    Execute(NodeId(1), [](Node& node, absl::Duration deadline) {
      node.CreateKeyspace({.name = "k", .partitions = 1}, deadline, [](const auto&) {});
    });
    EXPECT_TRUE(Await(absl::Seconds(5), [this] { return Leader() != NodeId(); }));
    EXPECT_TRUE(Await(absl::Seconds(5), [this] { return Write(); }));
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
      queue_.RunUntil(queue_.now() + absl::Milliseconds(1));
    }
    return true;
  }
  void Execute(NodeId id, const std::function<void(Node&, absl::Duration)>& work) {
    const absl::Duration deadline =
        cluster_.node(id).machine().env.Monotonic() + absl::Milliseconds(200);
    cluster_.node(id).process()->WhenRunning(
        [work, deadline](Node& node) { work(node, deadline); });
  }
  PartitionId Partition() {
    const ring::KeyspaceInfo* keyspace = cluster_.topology()->FindKeyspace("k");
    return keyspace == nullptr ? PartitionId() : keyspace->partitions[0].id;
  }
  NodeId Leader() { return Partition() ? cluster_.LeaderOf(Partition()) : NodeId(); }
  NodeId HealthyNode() {
    for (const NodeId id : cluster_.ids()) {
      if (!cluster_.node(id).machine().disk.stalled) return id;
    }
    return NodeId();
  }
  // One write through a healthy node: done at its level within 200 ms?
  bool Write() {
    bool done = false;
    bool ended = false;
    Execute(HealthyNode(), [&, this](Node& node, absl::Duration deadline) {
      Request request;
      request.partition = Partition();
      request.level = Level::kQuorum;
      request.deadline = deadline;
      kv::Mutation put;
      put.key = "key";
      put.value = "value";
      request.op = kv::Command{{put}};
      node.Execute(std::move(request), [&](Reply reply) {
        done = reply.status.ok();
        ended = true;
      });
    });
    EXPECT_TRUE(Await(absl::Seconds(3), [&] { return ended; }));
    return done;
  }

  EventQueue queue_;
  Trace trace_{queue_, 0, nullptr};
  Cluster cluster_{queue_, trace_, Random(1), ThreeNodes(),
                   [](const std::string& what) { ADD_FAILURE() << what; }};
};

TEST_F(StalledDiskTest, TakesTheLeadershipWithItAndTheOthersGoOn) {
  const NodeId stalled = Leader();
  cluster_.node(stalled).machine().disk.stalled = true;
  // It has heartbeats for everybody; only its writes do not end.
  ASSERT_TRUE(Await(5 * kElection, [&] {
    Write();
    return Leader() != stalled;
  })) << "a leader that can write nothing keeps its place";
  // Whoever would like to give it its place back must not make writes wait for it.
  int done = 0;
  for (int i = 0; i < 200; ++i) {
    done += Write() ? 1 : 0;
    queue_.RunUntil(queue_.now() + absl::Milliseconds(50));
  }
  EXPECT_NE(Leader(), stalled);
  // Who has just become the leader does not know, and may try once: for an election
  // timeout, in which there are eleven writes.
  EXPECT_GE(done, 189) << "of 200 writes over ten seconds";
  cluster_.node(stalled).machine().disk.stalled = false;
  EXPECT_TRUE(Await(absl::Seconds(10), [&] { return Leader() == stalled; }))
      << "it is the preferred leader, and well again";
  EXPECT_TRUE(Write());
}

}  // namespace
}  // namespace quorate::sim
