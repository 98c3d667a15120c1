// Replicas of mode quorum come to nodes and go from them: real processes, under a load.
#include <gmock/gmock.h>

#include <algorithm>

#include "cluster/cluster.h"
#include "cluster/steady_load.h"

namespace quorate::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr int kKeys = 60;

bool Rests(const PartitionDescription& one) {
  return !one.joining && !one.leaving && one.target.empty();
}

class QuorumMovesTest : public ::testing::Test {
 protected:
  // Keys of every kind: k0 is overwritten, k1 deleted, k2 as it was, and so on.
  QuorumMovesTest() {
    Make("newer", Conflict::kLww);
    Make("sums", Conflict::kCounter);
    Make("locks", Conflict::kRegister);
    for (int i = 0; i < kKeys; ++i) {
      Keyspace newer = client_.Keyspace("newer");
      EXPECT_TRUE(newer.Put(Key(i), "old", {.level = Level::kAll}).ok());
      if (i % 3 != 2) {
        EXPECT_TRUE((i % 3 == 0 ? newer.Put(Key(i), "new") : newer.Delete(Key(i))).ok());
      }
      EXPECT_TRUE(client_.Keyspace("sums").Add(Key(i), i).ok());
      EXPECT_TRUE(Take(Key(i), Key(i)).ok());
    }
  }

  void Make(const std::string& name, Conflict conflict) {
    const KeyspaceOptions options{.mode = Mode::kQuorum, .partitions = 4, .conflict = conflict};
    EXPECT_TRUE(client_.CreateKeyspace(name, options).ok());
  }
  absl::Status Take(const std::string& key, const std::string& value) {
    return client_.Keyspace("locks").CompareAndSet(key, Condition::Absent(), value).status();
  }
  static std::string Key(int i) { return "k" + std::to_string(i); }

  // As this node has them, if only one is asked; all that is to be there is there.
  void CheckKeys(Client client, const ReadOptions& options) {
    for (int i = 0; i < kKeys; ++i) {
      const auto newer = client.Keyspace("newer").Get(Key(i), options);
      ASSERT_TRUE(newer.ok()) << newer.status();
      EXPECT_EQ(newer->found(), i % 3 != 1) << Key(i);
      if (newer->found()) {
        EXPECT_EQ(newer->value, i % 3 == 0 ? "new" : "old") << Key(i);
      }
      const auto sum = client.Keyspace("sums").Get(Key(i), options);
      ASSERT_TRUE(sum.ok()) << sum.status();
      EXPECT_EQ(sum->value, std::to_string(i)) << Key(i);
    }
  }
  void CheckRegisters() {
    Keyspace locks = client_.Keyspace("locks");
    for (int i = 0; i < kKeys; ++i) {
      const auto held = locks.Get(Key(i), {.level = Level::kLinearizable});
      ASSERT_TRUE(held.ok()) << held.status();
      EXPECT_EQ(held->value, Key(i));
      EXPECT_FALSE(Take(Key(i), "another").ok()) << "it is there";
    }
  }

  // Until every replica is where it is to be, and `node` has some; or is gone.
  void AwaitRest(uint64_t node, bool gone = false) {
    EXPECT_TRUE(Eventually([&] {
      const auto topology = client_.Topology();
      if (!topology.ok() || (topology->FindNode(NodeId(node)) == nullptr) != gone) return false;
      for (const KeyspaceDescription& keyspace : topology->keyspaces) {
        const auto& all = keyspace.partitions;
        if (!std::all_of(all.begin(), all.end(), Rests)) return false;
        const bool has = std::any_of(all.begin(), all.end(), [node](const auto& one) {
          return std::count(one.replicas.begin(), one.replicas.end(), NodeId(node)) > 0;
        });
        if (has == gone) return false;
      }
      return Rests(topology->meta);
    })) << "n"
        << node << (gone ? " does not get rid of" : " does not get") << " what it has";
  }

  Cluster cluster_{3, {"--clock-skew-max", "1s", "--dead-after", "3s", "--moves-at-once", "16"}};
  Client client_ = cluster_.Connect();
};

TEST_F(QuorumMovesTest, JoinsAndLeavesUnderALoadOfWhichNothingFails) {
  SteadyLoad load(cluster_);
  const int node = cluster_.Join();
  cluster_.WaitReady(node);
  AwaitRest(4);
  load.AwaitMore(500);
  CheckKeys(cluster_.Connect(), {.level = Level::kQuorum});
  CheckRegisters();
  ASSERT_TRUE(client_.DecommissionNode(NodeId(1)).ok());
  EXPECT_EQ(cluster_.process(1).Wait(absl::Seconds(120)), 0);
  EXPECT_THAT(cluster_.log(1), HasSubstr("decommissioned: n1 holds nothing any more"));
  AwaitRest(1, /*gone=*/true);
  load.AwaitMore(500);
  load.Stop();
  EXPECT_THAT(load.failures(), IsEmpty());
  CheckKeys(cluster_.Connect(), {.level = Level::kQuorum});
  CheckRegisters();
  // All three have all, so also what deletes were to hold down.
  cluster_.Kill(2);
  cluster_.Kill(3);
  EXPECT_TRUE(Eventually(
      [&] { return cluster_.Only(4).Keyspace("newer").Get("k0", {.level = Level::kOne}).ok(); }));
  CheckKeys(cluster_.Only(4), {.level = Level::kOne});
}

TEST_F(QuorumMovesTest, ADeadReplicaIsReplacedFromTheOthers) {
  const int node = cluster_.Join();
  cluster_.WaitReady(node);
  AwaitRest(4);
  cluster_.Kill(2);
  AwaitRest(2, /*gone=*/true);
  CheckKeys(cluster_.Connect(), {.level = Level::kQuorum});
  CheckRegisters();
}

TEST_F(QuorumMovesTest, AKeyspaceGetsMoreAndFewerReplicas) {
  const int node = cluster_.Join();
  cluster_.WaitReady(node);
  AwaitRest(4);
  for (const uint32_t replicas : {4u, 2u, 3u}) {
    for (const char* name : {"newer", "sums", "locks"}) {
      const auto altered = client_.AlterKeyspace(name, {.replicas = replicas});
      ASSERT_TRUE(altered.ok()) << altered.status();
      EXPECT_TRUE(Eventually([&] {
        const auto state = client_.DescribeKeyspace(name);
        return state.ok() &&
               std::all_of(state->keyspace.partitions.begin(), state->keyspace.partitions.end(),
                           [&](const PartitionDescription& one) {
                             return Rests(one) && one.replicas.size() == replicas;
                           });
      })) << name
          << " does not get " << replicas;
    }
    CheckKeys(cluster_.Connect(), {.level = Level::kQuorum});
    CheckRegisters();
  }
}

TEST(QuorumFillTest, MovesAreSeenWithTheirBytesAndKeepToTheRate) {
  constexpr int kRecords = 2000;
  constexpr size_t kBytes = 4000;
  Cluster cluster(3, {"--clock-skew-max", "1s", "--move-rate", "1MiB"});
  Client client = cluster.Connect();
  const auto made = client.CreateKeyspace(
      "big", {.mode = Mode::kQuorum, .partitions = 4, .conflict = Conflict::kLww});
  ASSERT_TRUE(made.ok()) << made.status();
  Keyspace big = client.Keyspace("big");
  for (int i = 0; i < kRecords; ++i) {
    ASSERT_TRUE(big.Put("k" + std::to_string(i), std::string(kBytes, 'x')).ok());
  }
  const std::string kvctl = std::string(QUORATE_BIN_DIR) + "/kvctl";
  const int node = cluster.Join();
  const absl::Time begun = absl::Now();
  std::string seen;
  EXPECT_TRUE(Eventually([&] {
    seen = RunToEnd({kvctl, "--endpoints", cluster.endpoints(), "cluster", "moves"}).output;
    return seen.find("MiB of ") != std::string::npos && seen.find("iB/s") != std::string::npos;
  })) << seen;
  cluster.WaitReady(node);
  EXPECT_TRUE(Eventually([&] {
    const auto state = client.DescribeKeyspace("big");
    return state.ok() &&
           std::all_of(state->keyspace.partitions.begin(), state->keyspace.partitions.end(), Rests);
  }));
  // A partition has 2 MB; who gives one away sends its last page when 1 MB has been paid for.
  EXPECT_GE(absl::Now() - begun, absl::Milliseconds(800));
}

}  // namespace
}  // namespace quorate::testing
