// What a node does with requests for a replica of mode quorum that leaves it.
#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <utility>

#include "base/error.h"
#include "node/node.h"
#include "quorate/v1/peer.pb.h"
#include "quorum/message_batch.h"
#include "still_world.h"
#include "storage/mem_engine.h"
#include "storage/sim_files.h"

namespace quorate {
namespace {

constexpr PartitionId kPartition{2};
constexpr PartitionId kElsewhere{3};

class Mail final : public Transport {
 public:
  void Send(NodeId to, const std::string&, std::string frame) override {
    v1::PeerFrame parsed;
    ASSERT_TRUE(parsed.ParseFromString(frame));
    for (int i = 0; i < parsed.requests_size(); ++i) forwarded.push_back(to);
    told += parsed.groups_size();
  }
  int told = 0;
  std::vector<NodeId> forwarded;
};

// n4 takes the place of n1; frames are not sealed.
ring::Topology Moving(bool leaving) {
  ring::Topology topology;
  topology.cluster_id = "test";
  topology.epoch = Epoch(5);
  topology.meta = {kMetaPartition, {NodeId(2)}};
  topology.next_partition_id = 4;
  for (uint64_t id = 1; id <= 4; ++id) {
    ring::NodeInfo& node = topology.nodes.emplace_back();
    node.id = NodeId(id);
    node.client_address = "n" + std::to_string(id) + ":1";
    node.peer_address = "n" + std::to_string(id) + ":2";
  }
  ring::KeyspaceInfo keyspace;
  keyspace.id = KeyspaceId(1);
  keyspace.name = "k";
  keyspace.mode = Mode::kQuorum;
  keyspace.conflict = Conflict::kLww;
  ring::PartitionInfo partition{kPartition, {NodeId(1), NodeId(2), NodeId(3)}};
  if (leaving) {
    partition.joining = NodeId(4);
    partition.leaving = NodeId(1);
    partition.joined[NodeId(4)] = Epoch(5);
    partition.moving_since = partition.changed = Epoch(5);
  }
  keyspace.partitions = {partition, {kElsewhere, {NodeId(2), NodeId(3), NodeId(4)}}};
  topology.keyspaces["k"] = std::move(keyspace);
  return topology;
}

class LeaverTest : public ::testing::Test {
 protected:
  void Open(bool leaving, std::vector<RecoveredGroup> recovered = {}) {
    NodeOptions options;
    options.cluster_id = "test";
    options.self = NodeId(1);
    options.boot = Boot(1);
    options.topology = ring::Freeze(Moving(leaving));
    auto opened = Node::Open(options, {env_, files_, engine_, expired_, mail_, threads_},
                             std::move(recovered));
    ASSERT_TRUE(opened.ok()) << opened.status();
    node_ = *std::move(opened);
    node_->Start(log_, [this](const absl::Status& why) { ended_ = why; });
    Turns();
  }
  void Turns() {
    for (int i = 0; i < 4; ++i) node_->RunTurn(0);
    node_->OnDurable(SyncAuthority::Attest(log_.last()));
    for (int i = 0; i < 4; ++i) node_->RunTurn(0);
  }
  // To whom it goes on as it is; zero: it is begun here.
  NodeId WrittenAt(uint64_t writer, uint32_t hops = 0, uint64_t hint = 0) {
    mail_.forwarded.clear();
    Request request;
    request.partition = kPartition;
    request.epoch = Epoch(5);
    request.level = Level::kQuorum;
    request.deadline = env_.now + absl::Seconds(5);
    request.hops = hops;
    request.hint = hint;
    if (hint != 0) request.keeper = NodeId(3);
    kv::Command command;
    command.identity = {writer, writer == 0 ? 0u : 1u, 0};
    command.mutations.emplace_back().key = "a";
    request.op = std::move(command);
    node_->Execute(std::move(request), [](const Reply&) {});
    Turns();
    return mail_.forwarded.empty() ? NodeId() : mail_.forwarded.front();
  }

  // While nobody heard it.
  void LetGo() {
    ring::Topology without = Moving(/*leaving=*/false);
    without.epoch = Epoch(9);
    std::erase_if(without.nodes, [](const auto& node) { return node.id == NodeId(1); });
    without.departed.push_back({NodeId(1), "n1:2"});
    ring::PartitionInfo& partition = without.keyspaces["k"].partitions.front();
    partition.replicas = {NodeId(2), NodeId(3), NodeId(4)};
    partition.joined[NodeId(4)] = Epoch(7);
    partition.changed = Epoch(8);
    node_->Adopt(ring::Freeze(std::move(without)));
    After(absl::Milliseconds(100));
  }
  void After(absl::Duration time) {
    env_.now += time;
    Turns();
  }

  absl::Status ended_;
  ManualEnv env_;
  SimFiles files_{1};
  kv::ExpiredRecords expired_;
  MemEngine engine_;
  Mail mail_;
  NoThreads threads_;
  NoLog log_;
  std::unique_ptr<Node> node_;
};

// What it has under way when it goes is of unknown outcome, and nobody could ask for it.
TEST_F(LeaverTest, AWriteWithoutAnIdentityIsBegunByAnother) {
  Open(/*leaving=*/true);
  EXPECT_EQ(WrittenAt(0), NodeId(2));
}

TEST_F(LeaverTest, AWriteWithAnIdentityStays) {
  Open(/*leaving=*/true);
  EXPECT_EQ(WrittenAt(77), NodeId());
}

TEST_F(LeaverTest, AHintStaysWithWhomItsKeeperAsks) {
  Open(/*leaving=*/true);
  EXPECT_EQ(WrittenAt(0, 0, 9), NodeId());
}

TEST_F(LeaverTest, NothingGoesOnForEver) {
  Open(/*leaving=*/true);
  EXPECT_EQ(WrittenAt(0, 9), NodeId());
}

TEST_F(LeaverTest, WhereNobodyElseIsThereItIsBegunHere) {
  Open(/*leaving=*/true);
  After(absl::Seconds(30));
  EXPECT_EQ(WrittenAt(0), NodeId());
}

TEST_F(LeaverTest, WhoStaysBeginsAllThatItIsAsked) {
  Open(/*leaving=*/false);
  EXPECT_EQ(WrittenAt(0), NodeId());
}

TEST_F(LeaverTest, WhoWasLetGoEndsAtOnceIfItHasNothing) {
  Open(/*leaving=*/false);
  LetGo();
  EXPECT_EQ(ReasonOf(ended_), kNodeDecommissioned) << ended_;
}

TEST_F(LeaverTest, WhoWasLetGoDoesNotEndBeforeWhatItAloneHasIsTaken) {
  Open(/*leaving=*/false);
  EXPECT_EQ(WrittenAt(0), NodeId());
  mail_.told = 0;
  LetGo();
  EXPECT_TRUE(ended_.ok()) << ended_;
  EXPECT_GE(mail_.told, 3) << "it asks who has what";
  After(absl::Seconds(50));
  EXPECT_TRUE(ended_.ok()) << ended_;
  After(absl::Seconds(20));
  EXPECT_EQ(ReasonOf(ended_), "LEGACY_NOT_HANDED_OVER") << ended_;
}

// A new copy comes to n4, which says by the topology of before what the one before it had.
TEST_F(LeaverTest, WhatAFormerCopySaysIsHeardThoughANewOneIsOnItsWayAndNothingElse) {
  Open(/*leaving=*/true);
  const auto told_after = [&](const quorum::Message& message) {
    const quorum::Message* one = &message;
    v1::PeerFrame frame;
    frame.set_cluster_id("test");
    frame.set_from(4);
    frame.set_to(1);
    frame.set_boot(7);
    frame.set_epoch(4);
    frame.set_protocol(2);
    frame.set_protocol_needed(1);
    auto* group = frame.add_groups();
    group->set_partition(kPartition.value());
    group->set_payload(quorum::EncodeBatch({&one, 1}));
    mail_.told = 0;
    EXPECT_TRUE(node_->ReceiveFrame(frame.SerializeAsString()).ok());
    Turns();
    return mail_.told;
  };
  After(absl::Milliseconds(10));
  const quorum::Identity gone{NodeId(4), Boot(7)};
  const int without =
      told_after({gone, NodeId(1), Boot(), quorum::KeysAsk{1, "", "", 9}, Epoch(5)});
  EXPECT_EQ(told_after({gone, NodeId(1), Boot(), quorum::LegacyAsk{1, {}, {}, {}}}), without + 1);
}

TEST_F(LeaverTest, OfAStateThatWasHandedOverTheRestOfTheLogIsNothing) {
  RecoveredGroup rest;
  rest.partition = kElsewhere;
  rest.base = {LogIndex(143), Term(1)};
  rest.entries.emplace_back().index = LogIndex(144);
  Open(/*leaving=*/false, {rest});
  EXPECT_TRUE(ended_.ok()) << ended_;
}

TEST_F(LeaverTest, WhoWasLetGoKeepsNothingForOthers) {
  Open(/*leaving=*/false);
  EXPECT_EQ(WrittenAt(0), NodeId());
  LetGo();
  After(absl::Seconds(30));  // no replica is heard
  Request request;
  request.partition = kPartition;
  request.epoch = Epoch(9);
  request.level = Level::kAny;
  request.deadline = env_.now + absl::Seconds(5);
  kv::Command command;
  command.mutations.emplace_back().key = "a";
  request.op = std::move(command);
  absl::Status answer;
  node_->Execute(std::move(request), [&](const Reply& reply) { answer = reply.status; });
  Turns();
  EXPECT_EQ(ReasonOf(answer), "NODE_LEAVING") << answer;
}

}  // namespace
}  // namespace quorate
