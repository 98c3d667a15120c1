// A node that was let go while nobody heard it, and does not know: it is told, and ends.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "base/error.h"
#include "node/node.h"
#include "ring/moves.h"
#include "still_world.h"
#include "storage/mem_engine.h"
#include "storage/sim_files.h"

namespace quorate {
namespace {

struct Sent {
  NodeId to;
  std::string address;
  std::string frame;
};

class Mail final : public Transport {
 public:
  void Send(NodeId to, const std::string& address, std::string frame) override {
    sent.push_back({to, address, std::move(frame)});
  }
  std::deque<Sent> sent;
};

std::vector<ring::NodeInfo> ThreeNodes() {
  std::vector<ring::NodeInfo> nodes(3);
  for (uint64_t i = 0; i < 3; ++i) {
    const std::string name = "n" + std::to_string(i + 1);
    nodes[i].id = NodeId(i + 1);
    nodes[i].client_address = name + ":1";
    nodes[i].peer_address = name + ":2";
  }
  return nodes;
}

ring::Topology Without(ring::Topology topology, NodeId gone) {
  std::erase(topology.meta.replicas, gone);
  for (ring::NodeInfo& node : topology.nodes) node.leaving = node.id == gone;
  return ring::WithoutEmptyNodes(topology, {gone});
}

class Alone {
 public:
  explicit Alone(uint64_t id, std::vector<ring::NodeInfo> nodes = ThreeNodes())
      : id_(id), nodes_(std::move(nodes)) {
    Start(Boot(1));
  }
  void Start(Boot boot) {
    node.reset();
    NodeOptions options;
    options.cluster_id = "test";
    options.self = NodeId(id_);
    options.boot = boot;
    options.bootstrap = nodes_;
    auto opened = Node::Open(options, {env_, files_, engine_, expired_, mail, threads_}, {});
    EXPECT_TRUE(opened.ok()) << opened.status();
    node = *std::move(opened);
    node->Start(log_, [this](const absl::Status& why) { ended = why; });
    Turns();
  }
  void Turns() {
    for (int i = 0; i < 4; ++i) node->RunTurn(0);
  }
  void Sync() {
    node->OnDurable(SyncAuthority::Attest(log_.last()));
    Turns();
  }
  void After(absl::Duration time) {
    env_.now += time;
    Turns();
  }
  // All that it has for `other` comes there.
  void Deliver(Alone& other, NodeId to) {
    for (const Sent& one : std::exchange(mail.sent, {})) {
      if (one.to != to) continue;
      EXPECT_TRUE(other.node->ReceiveFrame(one.frame).ok());
    }
    other.Turns();
  }

  Mail mail;
  absl::Status ended;
  std::unique_ptr<Node> node;

 private:
  const uint64_t id_;
  const std::vector<ring::NodeInfo> nodes_;
  ManualEnv env_;
  SimFiles files_{1};
  kv::ExpiredRecords expired_;
  MemEngine engine_;
  NoThreads threads_;
  NoLog log_;
};

TEST(DepartedTest, IsToldByWhomeverItTalksTo) {
  Alone stays(1), goes(2);
  stays.node->Adopt(ring::Freeze(Without(*stays.node->topology(), NodeId(2))));
  stays.Turns();
  stays.mail.sent.clear();
  goes.After(absl::Seconds(1));
  EXPECT_TRUE(goes.ended.ok());
  goes.Deliver(stays, NodeId(1));
  ASSERT_FALSE(stays.mail.sent.empty()) << "it is left without an answer";
  EXPECT_EQ(stays.mail.sent.front().address, "n2:2");
  stays.Deliver(goes, NodeId(2));
  EXPECT_EQ(ReasonOf(goes.ended), kNodeDecommissioned) << goes.ended;
}

TEST(DepartedTest, IsToldByWhomeverHasRestartedSince) {
  Alone stays(1), goes(2);
  stays.node->Adopt(ring::Freeze(Without(*stays.node->topology(), NodeId(2))));
  stays.Turns();
  stays.Start(Boot(2));
  stays.mail.sent.clear();
  goes.After(absl::Seconds(1));
  goes.Deliver(stays, NodeId(1));
  ASSERT_FALSE(stays.mail.sent.empty());
  EXPECT_EQ(stays.mail.sent.front().address, "n2:2");
  stays.Deliver(goes, NodeId(2));
  EXPECT_EQ(ReasonOf(goes.ended), kNodeDecommissioned) << goes.ended;
}

TEST(DepartedTest, IsNotSentAnythingOfItself) {
  Alone stays(1);
  stays.node->Adopt(ring::Freeze(Without(*stays.node->topology(), NodeId(2))));
  stays.Turns();
  stays.mail.sent.clear();
  stays.After(absl::Seconds(1));
  EXPECT_FALSE(stays.mail.sent.empty());
  for (const Sent& one : stays.mail.sent) EXPECT_NE(one.to, NodeId(2));
}

// It may keep writes at ANY, which it hands over first.
TEST(DepartedTest, WhoIsToLeaveAndFallsSilentIsNotLetGoAtOnce) {
  Alone stays(1, {ThreeNodes().front()});
  const auto is_there_after = [&](absl::Duration time) {
    constexpr absl::Duration kStep = absl::Milliseconds(100);
    for (absl::Duration passed; passed < time; passed += kStep) {
      stays.After(kStep);
      stays.Sync();
    }
    return stays.node->topology()->FindNode(NodeId(2)) != nullptr;
  };
  EXPECT_FALSE(is_there_after(absl::Seconds(3)));
  ring::NodeInfo joins = ThreeNodes()[1];
  joins.id = NodeId();
  stays.node->AddNode(joins, {}, absl::Hours(1), [](const auto&) {});
  EXPECT_TRUE(is_there_after(absl::Seconds(1)));
  stays.node->DecommissionNode(NodeId(2), absl::Hours(1), [](const auto&) {});
  EXPECT_TRUE(is_there_after(absl::Seconds(8)));
  EXPECT_FALSE(is_there_after(absl::Seconds(8)));
}

}  // namespace
}  // namespace quorate
