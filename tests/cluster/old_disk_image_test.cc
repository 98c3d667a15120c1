// A node on an older copy of its disk has forgotten what it promised, and must not
// take part.
#include <gmock/gmock.h>

#include <csignal>
#include <filesystem>

#include "base/strings.h"
#include "cluster/cluster.h"

namespace quorate::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr int kNode = 3;

// Starts the node on a copy of its folder that is older than what it ran on since.
void StartOnOldCopy(Cluster& cluster) {
  const std::string folder = cluster.data_dir(kNode);
  const std::string copy = folder + "-copy";
  ASSERT_EQ(cluster.Terminate(kNode), 0);
  fs::copy(folder, copy, fs::copy_options::recursive);
  cluster.Start(kNode);
  cluster.WaitReady(kNode);
  ASSERT_EQ(cluster.Terminate(kNode), 0);
  fs::remove_all(folder);
  fs::rename(copy, folder);
  cluster.Start(kNode);
}

TEST(OldDiskImageTest, ANodeOnAnOlderCopyOfItsDiskEndsAndSaysWhy) {
  Cluster cluster(3);
  cluster.WaitReady();
  StartOnOldCopy(cluster);
  EXPECT_NE(cluster.process(kNode).Wait(absl::Seconds(30)), 0);
  EXPECT_THAT(cluster.log(kNode), HasSubstr("OLD_DISK_IMAGE"));
  EXPECT_THAT(cluster.log(kNode), HasSubstr("Put the newest folder back"));
}

// Else one of its next starts would have a higher number than any that is known, and count
// as the node with all that it had acknowledged.
TEST(OldDiskImageTest, ANodeThatHasEndedOnAnOlderOrEmptyFolderDoesNotStartOnItAgain) {
  Cluster cluster(3);
  cluster.WaitReady();
  StartOnOldCopy(cluster);
  for (const bool empty : {false, true}) {
    if (empty) {
      fs::remove_all(cluster.data_dir(kNode));
      cluster.Start(kNode);
    }
    EXPECT_NE(cluster.process(kNode).Wait(absl::Seconds(30)), 0);
    for (int start = 0; start < 4; ++start) {
      cluster.Start(kNode);
      EXPECT_NE(cluster.process(kNode).Wait(absl::Seconds(30)), 0);
      EXPECT_THAT(cluster.log(kNode), HasSubstr("has ended on this data folder before"));
    }
  }
}

TEST(OldDiskImageTest, TheOthersRememberThoughTheyWereRestartedAllWhereTheyKeepItOnDisk) {
  Cluster cluster(3);
  cluster.WaitReady();
  auto client = cluster.Connect();
  ASSERT_TRUE(
      client.CreateKeyspace("carts", {.mode = Mode::kQuorum, .conflict = Conflict::kLww}).ok());
  ASSERT_TRUE(client.Keyspace("carts").Put("k", "v", {.level = Level::kAll}).ok());
  const std::string folder = cluster.data_dir(kNode);
  const std::string copy = folder + "-copy";
  ASSERT_EQ(cluster.Terminate(kNode), 0);
  fs::copy(folder, copy, fs::copy_options::recursive);
  for (int start = 0; start < 2; ++start) {  // so that the copy is older than one start
    cluster.Start(kNode);
    cluster.WaitReady(kNode);
    // A write at ALL: every replica has heard of this start, on disk.
    ASSERT_TRUE(client.Keyspace("carts").Put("k", "w", {.level = Level::kAll}).ok());
    ASSERT_EQ(cluster.Terminate(kNode), 0);
  }
  for (int other : {1, 2}) cluster.Kill(other);
  fs::remove_all(folder);
  fs::rename(copy, folder);
  for (int node : {1, 2, kNode}) cluster.Start(node);
  EXPECT_NE(cluster.process(kNode).Wait(absl::Seconds(30)), 0);
  EXPECT_THAT(cluster.log(kNode), HasSubstr("OLD_DISK_IMAGE"));
}

TEST(OldDiskImageTest, ACopyMadeOfARunningNodeIsNoticedByTheWritesThatItLacks) {
  Cluster cluster(3);
  cluster.WaitReady();
  auto client = cluster.Connect();
  ASSERT_TRUE(
      client.CreateKeyspace("carts", {.mode = Mode::kQuorum, .conflict = Conflict::kLww}).ok());
  auto carts = client.Keyspace("carts");
  ASSERT_TRUE(carts.Put("k", "v", {.level = Level::kAll}).ok());
  const std::string folder = cluster.data_dir(kNode);
  const std::string copy = folder + "-copy";
  ASSERT_EQ(cluster.Terminate(kNode), 0);
  cluster.Start(kNode);
  cluster.WaitReady(kNode);
  // Stopped for as long as the copy takes, as a snapshot of its disk would be.
  cluster.process(kNode).Signal(SIGSTOP);
  fs::copy(folder, copy, fs::copy_options::recursive);
  cluster.process(kNode).Signal(SIGCONT);
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(
        Eventually([&] { return carts.Put(StrCat("k", i), "w", {.level = Level::kAll}).ok(); }));
  }
  ASSERT_TRUE(Eventually([&] {
    const auto lag = client.Lag("carts");
    return lag.ok() && lag->nothing_behind();
  }));
  // Those who remember how far its log reached do so in memory.
  for (int node : {1, 2, kNode}) cluster.Kill(node);
  fs::remove_all(folder);
  fs::rename(copy, folder);
  for (int node : {1, 2, kNode}) cluster.Start(node);
  EXPECT_NE(cluster.process(kNode).Wait(absl::Seconds(30)), 0);
  EXPECT_THAT(cluster.log(kNode), HasSubstr("OLD_DISK_IMAGE"));
  EXPECT_THAT(cluster.log(kNode), HasSubstr("lacks writes"));
}

TEST(OldDiskImageTest, ANodeWhoseDataOrLogIsGoneDoesNotBeginAnew) {
  Cluster cluster(3);
  cluster.WaitReady();
  for (const char* part : {"log", "data"}) {
    ASSERT_EQ(cluster.Terminate(kNode), 0);
    const std::string gone = cluster.data_dir(kNode) + "/" + part;
    fs::rename(gone, gone + "-elsewhere");
    cluster.Start(kNode);
    EXPECT_NE(cluster.process(kNode).Wait(absl::Seconds(30)), 0) << part;
    EXPECT_THAT(cluster.log(kNode), HasSubstr("DATA_FOLDER_INCOMPLETE"));
    fs::remove_all(gone);
    fs::rename(gone + "-elsewhere", gone);
    cluster.Start(kNode);
    cluster.WaitReady(kNode);
  }
}

}  // namespace
}  // namespace quorate::testing
