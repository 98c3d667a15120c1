// Whole nodes with a keyspace without a leader: what a cut link and a wrong clock do,
// to the millisecond.
#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <sstream>

#include "base/error.h"
#include "base/strings.h"
#include "sim/cluster.h"
#include "sim/leaderless_replicas.h"

namespace quorate::sim {
namespace {

const NodeId kOne(1);
const NodeId kTwo(2);
const NodeId kThree(3);

class LeaderlessNodesTest : public ::testing::Test {
 protected:
  LeaderlessNodesTest() {
    cluster_.BootAll();
    EXPECT_TRUE(Await(absl::Seconds(30), [this] { return AllReady(); }));
    Execute(kOne, [](Node& node, absl::Duration deadline) {
      node.CreateKeyspace({.name = "k",
                           .mode = Mode::kQuorum,
                           .replicas = 3,
                           .partitions = 1,
                           .conflict = Conflict::kLww},
                          deadline, [](const auto&) {});
    });
    EXPECT_TRUE(Await(absl::Seconds(5), [this] {
      return Keyspace() != nullptr && std::all_of(cluster_.ids().begin(), cluster_.ids().end(),
                                                  [this](NodeId id) { return Replica(id); });
    }));
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
      queue_.RunUntil(queue_.now() + absl::Microseconds(100));
    }
    return true;
  }
  void Execute(NodeId id, const std::function<void(Node&, absl::Duration)>& work) {
    const absl::Duration deadline = cluster_.node(id).machine().env.Monotonic() + absl::Seconds(1);
    cluster_.node(id).process()->WhenRunning(
        [work, deadline](Node& node) { work(node, deadline); });
  }
  const ring::KeyspaceInfo* Keyspace() {
    const auto topology = cluster_.topology();
    return topology == nullptr ? nullptr : topology->FindKeyspace("k");
  }
  const QuorumReplica* Replica(NodeId id) {
    return FindQuorumReplica(cluster_, id, Keyspace()->partitions[0].id);
  }
  std::string Value(NodeId id, const std::string& key) {
    const auto record = Replica(id)->store().Lookup(key);
    return record ? record->body : "";
  }
  absl::Status Put(NodeId id, const std::string& key, const std::string& value, Level level) {
    std::optional<absl::Status> told;
    Execute(id, [&](Node& node, absl::Duration deadline) {
      Request request;
      request.partition = Keyspace()->partitions[0].id;
      request.epoch = node.topology()->epoch;
      request.level = level;
      request.deadline = deadline;
      kv::Mutation put;
      put.key = key;
      put.value = value;
      request.op = kv::Command{{put}};
      node.Execute(std::move(request), [&](Reply reply) { told = reply.status; });
    });
    EXPECT_TRUE(Await(absl::Seconds(5), [&] { return told.has_value(); }));
    return told.value_or(absl::UnknownError("no answer"));
  }
  void CutOff(NodeId id) {
    std::vector<LinkRule> rules;
    for (const NodeId other : cluster_.ids()) {
      if (other == id) continue;
      rules.push_back({.from = id, .to = other});
      rules.push_back({.from = other, .to = id});
    }
    cluster_.network().Break(std::move(rules));
  }
  void Run(absl::Duration time) { queue_.RunUntil(queue_.now() + time); }

  EventQueue queue_;
  std::ostringstream events_;
  Trace trace_{queue_, 0, &events_};
  Cluster cluster_{queue_, trace_, Random(1), ThreeNodes(),
                   [](const std::string& what) { ADD_FAILURE() << what; }};
};

// Not when it would have been asked for anyway: from the first word that the node
// hears to the last record it takes a few ways through the network and a sync.
TEST_F(LeaderlessNodesTest, WhatANodeMissedComesAtOnceWhenItsLinksAreBack) {
  constexpr int kRounds = 8;
  constexpr int kMissed = 20;
  for (int round = 0; round < kRounds; ++round) {
    CutOff(kThree);
    Run(absl::Seconds(3));  // all have noticed
    const auto key = [round](int i) { return StrCat("k", round, ".", i); };
    for (int i = 0; i < kMissed; ++i) ASSERT_TRUE(Put(kOne, key(i), "v", Level::kQuorum).ok());
    Run(absl::Milliseconds(13) * round);  // all phases of whatever is asked regularly
    cluster_.network().MendAll();
    events_.str("");
    const auto three_hears = [this] {
      const std::string events = events_.str();
      return events.find("recv   n1>n3") != std::string::npos ||
             events.find("recv   n2>n3") != std::string::npos;
    };
    ASSERT_TRUE(Await(absl::Seconds(1), three_hears));
    const absl::Duration first_word = queue_.now();
    const auto has_all = [&] {
      for (int i = 0; i < kMissed; ++i) {
        if (Value(kThree, key(i)) != "v") return false;
      }
      return true;
    };
    EXPECT_FALSE(has_all());
    ASSERT_TRUE(Await(absl::Seconds(5), has_all));
    EXPECT_LT(queue_.now() - first_word, absl::Milliseconds(20)) << "round " << round;
  }
}

// One node's calendar is a minute ahead: others take nothing of what it stamps, say so,
// and go on. Time heals it, and all hold the same.
TEST_F(LeaderlessNodesTest, ACalendarFarAheadIsRefusedCountedAndDividesNobodyInTheEnd) {
  ASSERT_TRUE(Put(kOne, "k", "before", Level::kAll).ok());
  cluster_.node(kOne).machine().env.JumpWallTime(absl::Minutes(1));
  const absl::Status ahead = Put(kOne, "k", "of the future", Level::kQuorum);
  EXPECT_EQ(ReasonOf(ahead), "REPLICAS_LOST") << ahead;
  EXPECT_EQ(AppliedOf(ahead), Applied::kUnknown);
  ASSERT_TRUE(Put(kTwo, "k", "of today", Level::kTwo).ok());
  ASSERT_TRUE(Put(kThree, "other", "of today", Level::kTwo).ok());
  for (const NodeId id : {kTwo, kThree}) {
    EXPECT_EQ(Value(id, "k"), "of today");
    const auto status = Replica(id)->quorum_status(cluster_.node(id).machine().env.Monotonic());
    EXPECT_GT(status->times_refused, 0u) << id;
  }
  cluster_.node(kOne).machine().env.JumpWallTime(-absl::Minutes(1));
  Run(absl::Minutes(2));
  EXPECT_EQ(WhatDiffersIn(cluster_, *Keyspace()), "");
  for (const NodeId id : cluster_.ids()) {
    EXPECT_EQ(Value(id, "k"), "of the future") << "the later time-stamp, once it has come about";
    EXPECT_EQ(Value(id, "other"), "of today");
  }
}

}  // namespace
}  // namespace quorate::sim
