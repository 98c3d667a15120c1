// A node whose disk was lost, started again under its id while nobody remembers it but on
// disk: it is refused, however often it starts, and nothing acknowledged is missed.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>

#include "base/strings.h"
#include "sim/cluster.h"
#include "sim/leaderless_replicas.h"

namespace quorate::sim {
namespace {

constexpr NodeId kLost{3};
constexpr int kKeys = 10;

void Wipe(Machine& machine) {
  for (SimFiles* files : {&machine.data_files, &machine.log_files}) {
    const auto names = files->List();
    ASSERT_TRUE(names.ok());
    for (const std::string& name : *names) ASSERT_TRUE(files->Remove(name).ok());
  }
  EngineBatch all;
  all.DeleteKeys("", std::string(16, '\xff'));
  ASSERT_TRUE(machine.engine.Write(all).ok());
  ASSERT_TRUE(machine.engine.Flush().ok());
}

class World {
 public:
  explicit World(uint64_t seed)
      : cluster_(queue_, trace_, Random(seed), ThreeNodes(),
                 [this](const std::string& what) { told_.push_back(what); }) {
    cluster_.BootAll();
    EXPECT_TRUE(Await(absl::Seconds(30), [this] { return Ready({1, 2, 3}); }));
    Execute(1, [](Node& node, absl::Duration deadline) {
      node.CreateKeyspace({.name = "k",
                           .mode = Mode::kQuorum,
                           .replicas = 3,
                           .partitions = 1,
                           .conflict = Conflict::kLww},
                          deadline, [](const auto&) {});
    });
    EXPECT_TRUE(Await(absl::Seconds(10), [this] {
      return Partition() != nullptr &&
             std::all_of(cluster_.ids().begin(), cluster_.ids().end(), [this](NodeId id) {
               return FindQuorumReplica(cluster_, id, Partition()->id) != nullptr;
             });
    }));
  }

  // What the node answers within two seconds; nullopt: nothing.
  std::optional<Reply> Ask(uint64_t id, decltype(Request::op) op) {
    auto answer = std::make_shared<std::optional<Reply>>();
    Execute(id, [&, op = std::move(op)](Node& node, absl::Duration deadline) {
      Request request;
      request.partition = Partition()->id;
      request.level = Level::kQuorum;
      request.deadline = deadline;
      request.op = op;
      node.Execute(std::move(request), [answer](Reply reply) { *answer = std::move(reply); });
    });
    (void)Await(absl::Seconds(2), [&] { return answer->has_value(); });
    return *answer;
  }
  bool Put(uint64_t id, const std::string& key) {
    kv::Mutation put;
    put.key = key;
    put.value = "v";
    const auto reply = Ask(id, kv::Command{{put}});
    return reply && reply->status.ok();
  }
  // False: it answers that there is nothing.
  bool MayHave(uint64_t id, const std::string& key) {
    if (!cluster_.node(NodeId(id)).up() || Partition() == nullptr) return true;
    Lookup lookup;
    lookup.keys.push_back(key);
    const auto reply = Ask(id, lookup);
    return !reply || !reply->status.ok() || (!reply->found.empty() && reply->found[0].has_value());
  }
  void Run(absl::Duration time) { queue_.RunUntil(queue_.now() + time); }
  SimNode& node(uint64_t id) { return cluster_.node(NodeId(id)); }
  bool Told(std::string_view what) const {
    return std::any_of(told_.begin(), told_.end(),
                       [&](const std::string& one) { return one.find(what) != std::string::npos; });
  }

 private:
  static Knobs ThreeNodes() {
    Knobs knobs;
    knobs.node.cluster_id = "sim";
    return knobs;
  }
  bool Ready(std::initializer_list<uint64_t> ids) {
    return std::all_of(ids.begin(), ids.end(), [this](uint64_t id) {
      const Node* one = node(id).node();
      return one != nullptr && one->ready();
    });
  }
  bool Await(absl::Duration longest, const std::function<bool()>& done) {
    const absl::Duration end = queue_.now() + longest;
    while (!done()) {
      if (queue_.now() >= end) return false;
      Run(absl::Milliseconds(1));
    }
    return true;
  }
  void Execute(uint64_t id, const std::function<void(Node&, absl::Duration)>& work) {
    if (!node(id).up()) return;
    const absl::Duration deadline = node(id).machine().env.Monotonic() + absl::Seconds(1);
    node(id).process()->WhenRunning([work, deadline](Node& one) { work(one, deadline); });
  }
  const ring::PartitionInfo* Partition() {
    const auto topology = cluster_.topology();
    const auto* keyspace = topology == nullptr ? nullptr : topology->FindKeyspace("k");
    return keyspace == nullptr ? nullptr : &keyspace->partitions[0];
  }

  std::vector<std::string> told_;
  EventQueue queue_;
  Trace trace_{queue_, 0, nullptr};
  Cluster cluster_;
};

TEST(LostDiskTest, ANodeOnAnEmptyDiskIsRefusedHoweverOftenItStarts) {
  for (uint64_t seed = 1; seed <= 6; ++seed) {
    World world(seed);
    for (int i = 0; i < kKeys; ++i) ASSERT_TRUE(world.Put(1 + i % 3, StrCat("k", i)));
    world.Run(absl::Seconds(1));
    // So that nobody remembers it in memory.
    for (const uint64_t id : {1, 2, 3}) world.node(id).Crash("the test says so");
    Wipe(world.node(kLost.value()).machine());
    for (const uint64_t id : {1, 2}) world.node(id).Boot();
    for (int start = 0; start < 4; ++start) {
      if (!world.node(kLost.value()).up()) world.node(kLost.value()).Boot();
      if (world.node(kLost.value()).up()) world.node(kLost.value()).ExpectFailure();
      for (int i = 0; i < kKeys; ++i) {
        world.Run(absl::Milliseconds(200));
        for (const uint64_t id : {1, 2, 3}) {
          EXPECT_TRUE(world.MayHave(id, StrCat("k", i))) << "seed " << seed << ", n" << id;
        }
      }
    }
    EXPECT_FALSE(world.node(kLost.value()).up()) << seed;
    EXPECT_TRUE(world.Told("has ended on this data folder before")) << seed;
    for (int i = 0; i < kKeys; ++i) {
      EXPECT_TRUE(world.Put(1, StrCat("again", i))) << "two of three are enough";
    }
  }
}

}  // namespace
}  // namespace quorate::sim
