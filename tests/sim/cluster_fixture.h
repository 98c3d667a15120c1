// A small cluster of whole nodes for tests that lead it by hand.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "sim/cluster.h"
#include "sim/leaderless_replicas.h"

namespace quorate::sim {

inline Knobs ThreeNodes() {
  Knobs knobs;
  knobs.node.cluster_id = "sim";
  return knobs;
}

// Nodes that are ready, and one keyspace "k" of one partition, made by MakeKeyspace.
class ClusterFixture {
 public:
  explicit ClusterFixture(const Knobs& knobs = ThreeNodes(), uint64_t seed = 1,
                          std::ostream* events = nullptr)
      : trace_(queue_, 0, events),
        cluster_(queue_, trace_, Random(seed), knobs,
                 [this](const std::string& what) { Violated(what); }) {
    cluster_.BootAll();
    EXPECT_TRUE(Await(absl::Seconds(30), [this] { return AllReady(); }));
  }
  virtual ~ClusterFixture() = default;

  bool AllReady() {
    return std::all_of(cluster_.ids().begin(), cluster_.ids().end(), [this](NodeId id) {
      const Node* one = cluster_.node(id).node();
      return one != nullptr && one->ready();
    });
  }
  void Pass(absl::Duration time) { queue_.RunUntil(queue_.now() + time); }
  // Looked at every so often.
  bool Await(absl::Duration longest, const std::function<bool()>& done,
             absl::Duration step = absl::Milliseconds(1)) {
    const absl::Duration end = queue_.now() + longest;
    while (!done()) {
      if (queue_.now() >= end) return false;
      Pass(step);
    }
    return true;
  }
  // On the node, if it is up, with a deadline so far ahead.
  void Execute(NodeId id, const std::function<void(Node&, absl::Duration)>& work,
               absl::Duration time = absl::Seconds(1)) {
    if (!node(id).up()) return;
    const absl::Duration deadline = node(id).machine().env.Monotonic() + time;
    node(id).process()->WhenRunning([work, deadline](Node& one) { work(one, deadline); });
  }
  SimNode& node(NodeId id) { return cluster_.node(id); }

  // Asked for, and there at each node that is to have it.
  void MakeKeyspace(ring::KeyspaceSpec spec) {
    spec.name = "k";
    spec.partitions = 1;
    Execute(cluster_.ids().front(), [spec](Node& one, absl::Duration deadline) {
      one.CreateKeyspace(spec, deadline, [](const auto&) {});
    });
    EXPECT_TRUE(Await(absl::Seconds(10), [this] {
      return Partition() != nullptr &&
             std::all_of(
                 Partition()->replicas.begin(), Partition()->replicas.end(), [this](NodeId id) {
                   return node(id).up() && node(id).node()->FindReplica(Partition()->id) != nullptr;
                 });
    }));
  }
  const ring::KeyspaceInfo* Keyspace() {
    const auto topology = cluster_.topology();
    return topology == nullptr ? nullptr : topology->FindKeyspace("k");
  }
  // Null: there is no keyspace.
  const ring::PartitionInfo* Partition() {
    return Keyspace() == nullptr ? nullptr : &Keyspace()->partitions[0];
  }
  const QuorumReplica* Replica(NodeId id) {
    return Partition() == nullptr ? nullptr : FindQuorumReplica(cluster_, id, Partition()->id);
  }

  // Asks the node, which answers within the time, or the answer is nullopt.
  std::optional<Reply> Ask(NodeId id, Request request, absl::Duration time = absl::Seconds(1)) {
    const auto answer = std::make_shared<std::optional<Reply>>();
    request.partition = Partition()->id;
    Execute(
        id,
        [&](Node& one, absl::Duration deadline) {
          request.epoch = one.topology()->epoch;
          request.deadline = deadline;
          one.Execute(std::move(request), [answer](Reply reply) { *answer = std::move(reply); });
        },
        time);
    (void)Await(
        time + absl::Seconds(3), [&] { return answer->has_value(); }, absl::Microseconds(10));
    return *answer;
  }
  static Request Put(const std::string& key, const std::string& value, Level level) {
    Request request;
    request.level = level;
    kv::Mutation put;
    put.key = key;
    put.value = value;
    request.op = kv::Command{{put}};
    return request;
  }
  static Request Get(const std::string& key, Level level) {
    Request request;
    request.level = level;
    request.op = Lookup{{key}};
    return request;
  }

 protected:
  virtual void Violated(const std::string& what) { ADD_FAILURE() << what; }

  EventQueue queue_;
  Trace trace_;
  Cluster cluster_;
};

}  // namespace quorate::sim
