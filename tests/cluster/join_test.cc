// Nodes come and go: real processes, under writes.
#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <thread>

#include "base/error.h"
#include "cluster/cluster.h"

namespace quorate::testing {
namespace {

using ::testing::HasSubstr;

// Puts one key after the other and remembers what was acknowledged.
class Writer {
 public:
  Writer(Client client, std::string keyspace)
      : keyspace_(client.Keyspace(std::move(keyspace))), thread_([this] { Run(); }) {}
  ~Writer() { Stop(); }

  void Stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  // Everything that was acknowledged is there, and nothing was refused.
  void Check() {
    Stop();
    EXPECT_TRUE(failed_.ok()) << "after " << written_ << " writes: " << failed_;
    EXPECT_GT(written_, 0);
    for (int i = 0; i < written_; ++i) {
      const auto read = keyspace_.Get(Key(i));
      ASSERT_TRUE(read.ok()) << Key(i) << ": " << read.status();
      ASSERT_EQ(read->value, Value(i)) << Key(i);
    }
  }
  int written() const { return written_; }

 private:
  static std::string Key(int i) { return "k" + std::to_string(i); }
  static std::string Value(int i) { return "v" + std::to_string(i) + std::string(500, 'x'); }

  void Run() {
    while (!stop_ && failed_.ok()) {
      failed_ = keyspace_.Put(Key(written_), Value(written_)).status();
      if (failed_.ok()) ++written_;
    }
  }

  Keyspace keyspace_;
  std::atomic<bool> stop_ = false;
  std::atomic<int> written_ = 0;
  absl::Status failed_;
  std::thread thread_;
};

size_t ReplicasOn(const TopologyDescription& topology, uint64_t node) {
  size_t count = 0;
  for (const KeyspaceDescription& keyspace : topology.keyspaces) {
    for (const PartitionDescription& one : keyspace.partitions) {
      count +=
          static_cast<size_t>(std::count(one.replicas.begin(), one.replicas.end(), NodeId(node)));
    }
  }
  return count;
}

bool Settled(const TopologyDescription& topology) {
  const auto rests = [](const PartitionDescription& one) {
    return !one.joining && !one.leaving && one.target.empty();
  };
  return rests(topology.meta) &&
         std::all_of(topology.keyspaces.begin(), topology.keyspaces.end(), [&](const auto& one) {
           return std::all_of(one.partitions.begin(), one.partitions.end(), rests);
         });
}

class JoinTest : public ::testing::Test {
 protected:
  explicit JoinTest(int nodes = 1) : cluster_(nodes) {}

  void AwaitMember(int node) {
    cluster_.WaitReady(node);
    EXPECT_TRUE(Eventually([&] {
      const auto topology = client_.Topology();
      return topology.ok() && topology->FindNode(NodeId(static_cast<uint64_t>(node))) != nullptr &&
             Settled(*topology);
    })) << "n"
        << node << " is not in, or does not get what it is to have";
  }
  int Grow() {
    const int node = cluster_.Join();
    AwaitMember(node);
    return node;
  }
  TopologyDescription Topology() {
    const auto topology = client_.Topology();
    EXPECT_TRUE(topology.ok()) << topology.status();
    return topology.ok() ? *topology : TopologyDescription();
  }

  Cluster cluster_;
  Client client_ = cluster_.Connect();
};

TEST_F(JoinTest, GrowsFromOneToFourAndShrinksUnderWritesThatNeverFail) {
  cluster_.Create(client_, "one", 4);
  Writer one(cluster_.Connect(), "one");
  Grow();
  Grow();
  EXPECT_EQ(Topology().meta.replicas.size(), 3u);
  cluster_.Create(client_, "three", 8);
  Writer three(cluster_.Connect(), "three");
  Grow();
  EXPECT_GE(ReplicasOn(Topology(), 4), 6u) << "a quarter of 24";
  ASSERT_TRUE(client_.DecommissionNode(NodeId(1)).ok());
  EXPECT_EQ(cluster_.process(1).Wait(absl::Seconds(60)), 0);
  EXPECT_THAT(cluster_.log(1), HasSubstr("decommissioned: n1 holds nothing any more"));
  EXPECT_TRUE(Eventually([&] { return Topology().FindNode(NodeId(1)) == nullptr; }));
  const int so_far = three.written();
  EXPECT_TRUE(Eventually([&] { return three.written() > so_far + 20; })) << "goes on without n1";
  one.Check();
  three.Check();
  EXPECT_EQ(RunToEnd(cluster_.CommandLine(1)).exit_code, 0) << "it has left for good";
}

TEST_F(JoinTest, WhoHasJoinedStartsWithoutJoinAndWithItAlike) {
  const int node = cluster_.Join({"--zone", "hall-b", "--weight", "50"});
  AwaitMember(node);
  Keyspace keyspace = cluster_.Create(client_, "k", 4);
  ASSERT_TRUE(keyspace.Put("a", "1").ok());
  EXPECT_EQ(cluster_.Terminate(node), 0);
  cluster_.Start(node);
  cluster_.WaitReady(node);
  EXPECT_EQ(cluster_.Terminate(node), 0);
  cluster_.JoinAgain(node);
  cluster_.WaitReady(node);
  EXPECT_EQ(keyspace.Get("a")->value, "1");
  const TopologyDescription topology = Topology();
  ASSERT_EQ(topology.nodes.size(), 2u);
  EXPECT_EQ(topology.nodes[1].zone, "hall-b");
  EXPECT_EQ(topology.nodes[1].weight, 50u);
}

TEST_F(JoinTest, AJoinerThatDiesBetweenTheStepsGoesOnAsTheSameNode) {
  const int node = cluster_.Join({"--crash-at", "start-before-claim"}, 1, "kvd_broken");
  EXPECT_EQ(cluster_.process(node).Wait(), 128 + SIGKILL);
  EXPECT_THAT(RunToEnd(cluster_.JoinedCommandLine(node)).output, HasSubstr("JOIN_UNFINISHED"))
      << "it must not begin a cluster of its own";
  cluster_.JoinAgain(node, {"--crash-at", "start-after-claim"}, 1, "kvd_broken");
  EXPECT_EQ(cluster_.process(node).Wait(), 128 + SIGKILL);
  EXPECT_THAT(RunToEnd(cluster_.JoinedCommandLine(node)).output, HasSubstr("JOIN_UNFINISHED"));
  cluster_.JoinAgain(node);
  AwaitMember(node);
  EXPECT_EQ(Topology().nodes.size(), 2u);
}

TEST_F(JoinTest, AJoinerThatIsKilledWhileItIsFilledGoesOn) {
  Grow();
  Grow();
  cluster_.Create(client_, "k", 16);
  Writer writer(cluster_.Connect(), "k");
  EXPECT_TRUE(Eventually([&] { return writer.written() > 200; }));
  const int node = cluster_.Join();
  EXPECT_TRUE(Eventually([&] { return ReplicasOn(Topology(), 4) > 0; }));
  cluster_.Kill(node);
  cluster_.Start(node);
  AwaitMember(node);
  EXPECT_GE(ReplicasOn(Topology(), 4), 12u);
  writer.Check();
}

TEST_F(JoinTest, RefusesToShrinkBelowTheReplicationFactorAndToReplaceWhoLives) {
  Grow();
  cluster_.Create(client_, "k", 2);
  const auto shrink = client_.DecommissionNode(NodeId(2));
  EXPECT_EQ(ReasonOf(shrink.status()), "TOO_FEW_NODES") << shrink.status();
  Grow();
  const auto alive = client_.ReplaceNode(NodeId(3));
  EXPECT_EQ(ReasonOf(alive.status()), "NODE_ALIVE") << alive.status();
  EXPECT_EQ(ReasonOf(client_.ReplaceNode(NodeId(9)).status()), "NODE_NOT_FOUND");
  EXPECT_EQ(ReasonOf(client_.PlanToDecommission(NodeId(9)).status()), "NODE_NOT_FOUND");
  for (const NodeDescription& node : Topology().nodes) EXPECT_FALSE(node.leaving) << node.id;
}

TEST_F(JoinTest, ReplacesANodeThatIsGoneUnderWrites) {
  while (cluster_.size() < 4) Grow();
  cluster_.Create(client_, "k", 8);
  Writer writer(cluster_.Connect(), "k");
  EXPECT_TRUE(Eventually([&] { return writer.written() > 100; }));
  cluster_.Kill(4);
  // As soon as nobody hears of it any more.
  absl::Status replaced;
  EXPECT_TRUE(Eventually([&] {
    replaced = client_.ReplaceNode(NodeId(4)).status();
    return replaced.ok();
  })) << replaced;
  EXPECT_TRUE(Eventually([&] {
    const auto topology = client_.Topology();
    return topology.ok() && Settled(*topology) && topology->FindNode(NodeId(4)) == nullptr;
  })) << "the dead node is not let go";
  for (const KeyspaceDescription& keyspace : Topology().keyspaces) {
    for (const PartitionDescription& one : keyspace.partitions) {
      EXPECT_EQ(one.replicas.size(), 3u) << one.id;
    }
  }
  writer.Check();
}

TEST_F(JoinTest, AnotherDiskIsNotTakenForTheOneThatIsLost) {
  const int node = Grow();
  cluster_.Kill(node);
  std::filesystem::remove_all(cluster_.data_dir(node));
  cluster_.JoinAgain(node);
  EXPECT_EQ(cluster_.process(node).Wait(), 1);
  EXPECT_THAT(cluster_.log(node), HasSubstr("ADDRESS_IN_USE"));
  EXPECT_THAT(cluster_.log(node), HasSubstr("kvctl node replace n2"));
}

// State is sent in many small pieces.
class SlowFillTest : public ::testing::Test {
 protected:
  // So that it takes a while, and packs well on the disk.
  void Write() {
    for (int i = 0; i < 1000; ++i) {
      const std::string key = "k" + std::to_string(i);
      ASSERT_TRUE(keyspace_.Put(key, std::string(4000, static_cast<char>('a' + i % 26))).ok());
    }
  }
  std::vector<FillDescription> Fills() {
    std::vector<FillDescription> fills;
    const auto state = client_.Status();
    if (!state.ok()) return fills;
    for (const NodeState& node : state->nodes) {
      for (const ReplicaDescription& replica : node.details) {
        if (replica.filling) fills.push_back(*replica.filling);
      }
    }
    return fills;
  }
  bool HasCome(uint64_t node) {
    const auto topology = client_.Topology();
    return topology.ok() && ReplicasOn(*topology, node) == 3 && Settled(*topology);
  }

  Cluster cluster_{3, {"--log-cache-bytes", "1KiB", "--snapshot-chunk-bytes", "1KiB"}};
  Client client_ = cluster_.Connect();
  Keyspace keyspace_ = cluster_.Create(client_, "k", 4);
};

TEST_F(SlowFillTest, MovesAreSeenWithTheirBytesWhileTheyAreUnderWay) {
  Write();
  const std::string kvctl = std::string(QUORATE_BIN_DIR) + "/kvctl";
  const int node = cluster_.Join();
  std::string seen;
  EXPECT_TRUE(Eventually([&] {
    seen = RunToEnd({kvctl, "--endpoints", cluster_.endpoints(), "cluster", "moves"}).output;
    return seen.find("iB of ") != std::string::npos && seen.find("iB/s") != std::string::npos;
  })) << seen;
  EXPECT_THAT(seen, HasSubstr(" move, "));
  cluster_.WaitReady(node);
  EXPECT_TRUE(Eventually([&] { return HasCome(4); }));
}

// What senders that were restarted have of it is packed on their disks.
TEST_F(SlowFillTest, NoMoveIsToldToHaveSentMoreThanThereIs) {
  Write();
  for (int node = 1; node <= 3; ++node) {
    EXPECT_EQ(cluster_.Terminate(node), 0);
    cluster_.Start(node);
    cluster_.WaitReady(node);
  }
  cluster_.Join();
  size_t seen = 0;
  EXPECT_TRUE(Eventually([&] {
    for (const FillDescription& fill : Fills()) {
      if (fill.sent_bytes == 0) continue;
      EXPECT_LE(fill.sent_bytes, fill.total_bytes);
      ++seen;
    }
    return HasCome(4);
  }));
  EXPECT_GT(seen, 0u);
}

}  // namespace
}  // namespace quorate::testing
