// Disks that fill up under real processes: reads and deletes go on, what grows is
// refused, and all resumes by itself.
#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "cluster/cluster.h"

namespace quorate::testing {
namespace {

using ::testing::HasSubstr;

constexpr uint64_t kMiB = 1 << 20;
constexpr uint64_t kDisk = 96 * kMiB;
constexpr uint64_t kReserve = 32 * kMiB;
const std::string kLarge(32 << 10, 'x');

class FullDiskTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const char* const trial =
        "unshare --mount $([ $(id -u) = 0 ] || echo --map-root-user) "
        "mount -t tmpfs tmpfs /mnt >/dev/null 2>&1";
    possible_ = std::system(trial) == 0;
  }
  void SetUp() override {
    if (!possible_) GTEST_SKIP() << "no rights to mount: a disk cannot be filled here";
  }

  // Lets the node's disk have only so much left.
  void LeaveFree(Cluster& cluster, int node, uint64_t bytes) {
    const std::string ballast = cluster.data_dir_inside(node) + "/ballast";
    const uint64_t free = std::filesystem::space(cluster.data_dir_inside(node)).available;
    ASSERT_GT(free, bytes);
    std::ofstream(ballast) << std::string(free - bytes, 'x');
    ASSERT_LE(std::filesystem::space(cluster.data_dir_inside(node)).available, bytes + kMiB);
  }
  void MakeRoom(Cluster& cluster, int node) {
    std::filesystem::remove(cluster.data_dir_inside(node) + "/ballast");
  }
  static std::vector<std::string> Flags() {
    return {"--log-segment-bytes=1MiB", "--memtable-bytes=1MiB", "--log-flush-bytes=4MiB",
            "--disk-reserve-bytes=32MiB", "--rebalance-interval=100ms"};
  }
  // Nothing warns them, and their state is soon to be flushed.
  static std::vector<std::string> HeedlessFlags() {
    return {"--log-segment-bytes=1MiB", "--memtable-bytes=256KiB", "--log-flush-bytes=1MiB",
            "--disk-reserve-bytes=0", "--drain-timeout=2s"};
  }
  // Until nothing more is taken. How many were: more than a memtable holds.
  static int PutUntilTheEnd(Keyspace& keyspace) {
    const WriteOptions soon{.deadline = absl::Seconds(2)};
    int taken = 0;
    while (taken < 1000 && keyspace.Put("k" + std::to_string(taken), kLarge, soon).ok()) ++taken;
    EXPECT_GT(taken, 8);
    EXPECT_LT(taken, 1000);
    return taken;
  }
  static bool HasAll(Keyspace& keyspace, int taken) {
    for (int i = 0; i < taken; ++i) {
      const auto got = keyspace.Get("k" + std::to_string(i));
      if (!got.ok() || got->value != kLarge) return false;
    }
    return true;
  }
  // Until the nodes have noticed.
  static bool Refused(Keyspace& keyspace, absl::Status& status) {
    return Eventually([&] {
      status = keyspace.Put("probe", "v").status();
      return ReasonOf(status) == "DISK_NEARLY_FULL";
    });
  }
  static bool Taken(Keyspace& keyspace, absl::Status& status) {
    return Eventually([&] {
      status = keyspace.Put("probe", "v").status();
      return status.ok();
    });
  }

  static bool possible_;
};

bool FullDiskTest::possible_ = false;

TEST_F(FullDiskTest, ReadsAndDeletesGoOnGrowthIsRefusedAndWritesResumeByThemselves) {
  Cluster cluster(1, Flags(), kDisk);
  Client client = cluster.Connect();
  Keyspace keyspace = cluster.Create(client, "orders", 1);
  ASSERT_TRUE(keyspace.Put("kept", "v").ok());
  ASSERT_TRUE(keyspace.Put("gone", "v").ok());
  LeaveFree(cluster, 1, kReserve - kMiB);
  absl::Status status;
  ASSERT_TRUE(Refused(keyspace, status)) << status;
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(OutcomeOf(status), Outcome::kNotDone);
  EXPECT_THAT(status.ToString(), HasSubstr("n1"));
  EXPECT_EQ(ReasonOf(keyspace.Add("n", 1).status()), "DISK_NEARLY_FULL");
  EXPECT_EQ(
      ReasonOf(keyspace.Batch({Mutation::Delete("kept"), Mutation::Put("new", "v")}).status()),
      "DISK_NEARLY_FULL");
  EXPECT_EQ(keyspace.Get("kept")->value, "v");
  const auto deleted = keyspace.Delete("gone");
  ASSERT_TRUE(deleted.ok()) << deleted.status();
  EXPECT_FALSE(keyspace.Get("gone")->found());
  EXPECT_THAT(HttpGet(cluster.http_port(1), "/metrics"), HasSubstr("quorate_disk_nearly_full 1\n"));
  // The log is told by whoever looks after the node's health, now and then.
  const auto logs = [&cluster](const char* what) {
    return Eventually([&] { return cluster.log(1).find(what) != std::string::npos; });
  };
  EXPECT_TRUE(logs("the disk is nearly full"));
  MakeRoom(cluster, 1);
  ASSERT_TRUE(Taken(keyspace, status)) << status;
  EXPECT_TRUE(logs("the disk has room again"));
}

TEST_F(FullDiskTest, AClusterWritesOnWhileAMajorityHasRoom) {
  Cluster cluster(3, Flags(), kDisk);
  Client client = cluster.Connect();
  Keyspace keyspace = cluster.Create(client, "orders", 1);
  const int first = cluster.LeaderOf(client, "orders", "probe");
  LeaveFree(cluster, first, kReserve - kMiB);
  // Whoever has room leads from then on.
  ASSERT_TRUE(Eventually([&] { return cluster.LeaderOf(client, "orders", "probe") != first; }));
  absl::Status status;
  ASSERT_TRUE(Taken(keyspace, status)) << status;
  const int second = cluster.LeaderOf(client, "orders", "probe");
  LeaveFree(cluster, second, kReserve - kMiB);
  ASSERT_TRUE(Refused(keyspace, status)) << status;
  EXPECT_TRUE(keyspace.Delete("probe").ok());
  MakeRoom(cluster, first);
  ASSERT_TRUE(Taken(keyspace, status)) << status;
}

TEST_F(FullDiskTest, ANodeWithNoRoomAtAllTakesNothingMoreAndCatchesUpOnceItHasSome) {
  Cluster cluster(3, Flags(), kDisk);
  Client client = cluster.Connect();
  Keyspace keyspace = cluster.Create(client, "orders", 1);
  const int follower = cluster.LeaderOf(client, "orders", "k") % 3 + 1;
  LeaveFree(cluster, follower, kReserve / 4 - kMiB);
  const auto nodes_told = [&] {
    const auto written = keyspace.Put("k", "v");
    const NodeId full(static_cast<uint64_t>(follower));
    return written.ok() && std::find(written->acked_by.begin(), written->acked_by.end(), full) ==
                               written->acked_by.end();
  };
  ASSERT_TRUE(Eventually(nodes_told));
  const std::string large(256 << 10, 'x');
  for (int i = 0; i < 60; ++i) {  // more than it has room for
    const auto written = keyspace.Put("large" + std::to_string(i % 4), large);
    ASSERT_TRUE(written.ok()) << written.status();
  }
  EXPECT_TRUE(cluster.process(follower).running());
  MakeRoom(cluster, follower);
  ASSERT_TRUE(Eventually([&] {
    return keyspace.Put("k", "everywhere", {.level = Level::kAll, .deadline = absl::Seconds(2)})
        .ok();
  })) << cluster.log(follower);
}

TEST_F(FullDiskTest, ANodeThatRunsIntoTheEndOfItsDiskServesOnAndKeepsAllItAcknowledged) {
  Cluster cluster(1, HeedlessFlags(), kDisk);
  Client client = cluster.Connect();
  Keyspace keyspace = cluster.Create(client, "orders", 1);
  LeaveFree(cluster, 1, 1 << 16);
  const int acknowledged = PutUntilTheEnd(keyspace);
  EXPECT_TRUE(cluster.process(1).running()) << cluster.log(1);
  EXPECT_TRUE(HasAll(keyspace, acknowledged));
  MakeRoom(cluster, 1);
  absl::Status status;
  ASSERT_TRUE(Taken(keyspace, status)) << status << cluster.log(1);
  EXPECT_TRUE(HasAll(keyspace, acknowledged));
}

TEST_F(FullDiskTest, ANodeWhoseStateWaitsForRoomEndsWhenItIsTold) {
  Cluster cluster(1, HeedlessFlags(), kDisk);
  Client client = cluster.Connect();
  Keyspace keyspace = cluster.Create(client, "orders", 1);
  LeaveFree(cluster, 1, 1 << 16);
  PutUntilTheEnd(keyspace);
  EXPECT_EQ(cluster.Terminate(1), 0) << cluster.log(1);
}

TEST_F(FullDiskTest, WithNoRoomOnAnyDiskGrowthIsRefusedByNameAndDeletesGoOn) {
  Cluster cluster(3, Flags(), kDisk);
  Client client = cluster.Connect();
  Keyspace keyspace = cluster.Create(client, "orders", 1);
  ASSERT_TRUE(keyspace.Put("gone", "v").ok());
  for (int node = 1; node <= 3; ++node) LeaveFree(cluster, node, kReserve / 4 - kMiB);
  absl::Status status;
  ASSERT_TRUE(Refused(keyspace, status)) << status;
  // Clients that come only now have to open a writer first.
  Client late = cluster.Connect();
  Keyspace again = late.Keyspace("orders");
  const WriteOptions soon{.deadline = absl::Seconds(3)};
  EXPECT_EQ(ReasonOf(again.Put("probe", "v", soon).status()), "DISK_NEARLY_FULL");
  const auto deleted = again.Delete("gone", soon);
  ASSERT_TRUE(deleted.ok()) << deleted.status();
  EXPECT_FALSE(again.Get("gone")->found());
  for (int node = 1; node <= 3; ++node) MakeRoom(cluster, node);
  ASSERT_TRUE(Taken(keyspace, status)) << status;
}

}  // namespace
}  // namespace quorate::testing
