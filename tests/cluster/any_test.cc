// Writes at ANY over real processes: kept by a node that is no replica while none
// can be reached, and brought to one however that node fared meanwhile.
#include <gmock/gmock.h>

#include "base/error.h"
#include "cluster/cluster.h"

namespace quorate::testing {
namespace {

using ::testing::HasSubstr;

class AnyTest : public ::testing::Test {
 protected:
  // Of one partition; the ids of its replicas.
  std::vector<int> Make(uint32_t replicas) {
    const auto made = client_.CreateKeyspace(
        "carts",
        {.mode = Mode::kQuorum, .replicas = replicas, .partitions = 1, .conflict = Conflict::kLww});
    EXPECT_TRUE(made.ok()) << made.status();
    std::vector<int> nodes;
    for (const NodeId node : made->partitions.front().replicas) {
      nodes.push_back(static_cast<int>(node.value()));
    }
    return nodes;
  }
  absl::StatusOr<WriteReceipt> PutAny(const std::string& value) {
    return keyspace_.Put("k", value, {.level = Level::kAny});
  }
  // Taken by a node that keeps it; which.
  int Kept(const std::string& value) {
    int keeper = 0;
    EXPECT_TRUE(Eventually([&] {
      const auto written = PutAny(value);
      if (written.ok() && written->hinted) keeper = static_cast<int>(written->served_by.value());
      return keeper != 0;
    }));
    return keeper;
  }
  uint64_t HintsAt(int node) {
    const auto status = client_.Status();
    if (!status.ok()) return 0;
    return status->nodes[static_cast<size_t>(node - 1)].hints;
  }

  Cluster cluster_{3, {"--hints-bytes-max=2KiB"}};
  Client client_ = cluster_.Connect();
  Keyspace keyspace_ = client_.Keyspace("carts");
};

TEST_F(AnyTest, IsAnyOtherWriteWhereAReplicaIsThere) {
  const int replica = Make(1).front();
  for (int node = 1; node <= 3; ++node) {
    const auto written =
        cluster_.Through(node).Keyspace("carts").Put("k", "v", {.level = Level::kAny});
    ASSERT_TRUE(written.ok()) << written.status();
    EXPECT_FALSE(written->hinted);
    EXPECT_GT(written->version, 0u);
    EXPECT_EQ(written->acked_by, std::vector<NodeId>{NodeId(static_cast<uint64_t>(replica))});
  }
  EXPECT_EQ(ReasonOf(keyspace_.Get("k", {.level = Level::kAny}).status()), "LEVEL_UNSUPPORTED");
}

TEST_F(AnyTest, KeepsNothingThatNoReplicaWouldTake) {
  const auto made = client_.CreateKeyspace(
      "votes",
      {.mode = Mode::kQuorum, .replicas = 1, .partitions = 1, .conflict = Conflict::kCounter});
  ASSERT_TRUE(made.ok()) << made.status();
  cluster_.Kill(static_cast<int>(made->partitions.front().replicas.front().value()));
  Keyspace votes = client_.Keyspace("votes");
  ASSERT_TRUE(Eventually([&] {
    const auto added = votes.Add("yes", 1, {.level = Level::kAny});
    return added.ok() && added->receipt.hinted;
  }));
  const auto put = votes.Put("yes", "many", {.level = Level::kAny});
  EXPECT_EQ(ReasonOf(put.status()), "WRONG_POLICY");
  EXPECT_EQ(OutcomeOf(put.status()), Outcome::kNotDone);
}

TEST_F(AnyTest, IsKeptOverACrashOfItsKeeperAndReachesTheReplica) {
  const int replica = Make(1).front();
  ASSERT_TRUE(keyspace_.Put("k", "before", {.level = Level::kOne}).ok());
  cluster_.Kill(replica);
  const int keeper = Kept("kept");
  ASSERT_NE(keeper, replica);
  const auto written = PutAny("kept");
  ASSERT_TRUE(written.ok()) << written.status();
  EXPECT_EQ(written->achieved, Level::kAny);
  EXPECT_EQ(written->version, 0u);
  EXPECT_EQ(written->acked_by, std::vector<NodeId>{written->served_by});
  EXPECT_EQ(written->durable, 1u);
  // It counts for nothing else.
  const absl::Status refused =
      keyspace_.Put("k", "not", {.level = Level::kOne, .deadline = absl::Seconds(2)}).status();
  EXPECT_EQ(ReasonOf(refused), "REPLICAS_MISSING") << refused;
  EXPECT_EQ(OutcomeOf(refused), Outcome::kNotDone);
  for (int node = 1; node <= 3; ++node) {
    if (node != replica) cluster_.Kill(node);
  }
  for (int node = 1; node <= 3; ++node) {
    if (node != replica) cluster_.Start(node);
  }
  ASSERT_TRUE(Eventually([&] { return HintsAt(keeper) > 0; }));
  cluster_.Start(replica);
  EXPECT_TRUE(Eventually([&] { return cluster_.HasAt(replica, "carts", "k") == "kept"; }));
  for (int node = 1; node <= 3; ++node) {
    EXPECT_TRUE(Eventually([&] { return client_.Status().ok() && HintsAt(node) == 0; })) << node;
  }
}

TEST_F(AnyTest, IsCountedOnceWhoeverIsKilledMeanwhile) {
  const auto made = client_.CreateKeyspace(
      "votes",
      {.mode = Mode::kQuorum, .replicas = 1, .partitions = 1, .conflict = Conflict::kCounter});
  ASSERT_TRUE(made.ok()) << made.status();
  const int replica = static_cast<int>(made->partitions.front().replicas.front().value());
  Keyspace votes = client_.Keyspace("votes");
  cluster_.Kill(replica);
  int64_t kept = 0;
  ASSERT_TRUE(Eventually([&] {
    const auto added = votes.Add("yes", 1, {.level = Level::kAny});
    kept += added.ok() && added->receipt.hinted ? 1 : 0;
    return kept == 15;
  }));
  // The kills come while they are handed over: by chance before, amid or after.
  cluster_.Start(replica);
  for (int node = 1; node <= 3; ++node) {
    cluster_.Kill(node);
    cluster_.Start(node);
  }
  for (int node = 1; node <= 3; ++node) {
    EXPECT_TRUE(Eventually([&] { return client_.Status().ok() && HintsAt(node) == 0; })) << node;
  }
  const auto read = votes.Get("yes", {.level = Level::kOne});
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->value, std::to_string(kept));
}

TEST_F(AnyTest, TheLaterOfTwoFromOneKeeperIsTheLaterAtTheReplicasToo) {
  const std::vector<int> replicas = Make(2);
  for (const int replica : replicas) cluster_.Kill(replica);
  // With one node of three left.
  Kept("0");
  for (int i = 1; i <= 9; ++i) {
    const auto written = PutAny(std::to_string(i));
    ASSERT_TRUE(written.ok() && written->hinted) << written.status();
  }
  for (const int replica : replicas) cluster_.Start(replica);
  for (const int replica : replicas) {
    EXPECT_TRUE(Eventually([&] { return cluster_.HasAt(replica, "carts", "k") == "9"; }));
  }
}

TEST_F(AnyTest, IsRefusedWhereThereIsNoMoreRoomForIt) {
  cluster_.Kill(Make(1).front());
  Kept("small");
  const auto refused = PutAny(std::string(3000, 'v'));
  EXPECT_EQ(ReasonOf(refused.status()), "HINTS_FULL") << refused.status();
  EXPECT_EQ(OutcomeOf(refused.status()), Outcome::kNotDone);
  EXPECT_TRUE(PutAny("small").ok());
}

TEST_F(AnyTest, WhatAReplicaWouldRefuseIsNotKeptForOne) {
  cluster_.Kill(Make(1).front());
  Kept("kept");
  EXPECT_EQ(ReasonOf(keyspace_.Add("n", 1, {.level = Level::kAny}).status()), "NEEDS_ONE_ORDER");
  EXPECT_EQ(
      ReasonOf(
          keyspace_.CompareAndSet("k", Condition::Absent(), "v", {.level = Level::kAny}).status()),
      "NEEDS_ONE_ORDER");
}

TEST_F(AnyTest, WhatIsKeptForAKeyspaceThatIsDroppedIsForgotten) {
  cluster_.Kill(Make(1).front());
  const int keeper = Kept("kept");
  ASSERT_TRUE(Eventually([&] { return HintsAt(keeper) > 0; }));
  ASSERT_TRUE(client_.DropKeyspace("carts").ok());
  EXPECT_TRUE(Eventually([&] { return client_.Status().ok() && HintsAt(keeper) == 0; }));
}

TEST_F(AnyTest, KvctlTellsWhatIsKeptAndWhere) {
  cluster_.Kill(Make(1).front());
  const auto kvctl = [this](std::vector<std::string> arguments) {
    std::vector<std::string> command = {QUORATE_BIN_DIR "/kvctl", "--endpoints",
                                        cluster_.endpoints()};
    command.insert(command.end(), arguments.begin(), arguments.end());
    return RunToEnd(command).output;
  };
  Kept("kept");
  EXPECT_THAT(kvctl({"put", "carts", "k", "v", "--level", "any", "-v"}),
              HasSubstr("kept there until a replica can be reached"));
  EXPECT_THAT(kvctl({"cluster", "status"}), HasSubstr("writes at ANY"));
}

}  // namespace
}  // namespace quorate::testing
