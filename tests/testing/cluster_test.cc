// A cluster inside this process: that what is cut is cut, what was acknowledged
// survives, and nothing stays behind.
#include "testing/cluster.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "base/error.h"
#include "client/client.h"

namespace quorate::testing {
namespace {

Client ClientOf(const std::string& endpoints) {
  auto client = Client::Connect(endpoints, {.deadline = absl::Seconds(20)});
  EXPECT_TRUE(client.ok()) << client.status();
  return *std::move(client);
}

std::unique_ptr<Cluster> StartCluster(ClusterOptions options = {}) {
  auto cluster = Cluster::Start(std::move(options));
  EXPECT_TRUE(cluster.ok()) << cluster.status();
  return *std::move(cluster);
}

TEST(EmbeddedClusterTest, TakesWritesFromTheStartAndForgetsThemWithItsEnd) {
  for (int round = 0; round < 2; ++round) {
    const auto cluster = StartCluster();
    EXPECT_EQ(cluster->nodes(), 3u);
    Keyspace keyspace = ClientOf(cluster->endpoints()).Keyspace("default");
    EXPECT_FALSE(keyspace.Get("k")->found());
    const auto written = keyspace.Put("k", "v");
    ASSERT_TRUE(written.ok()) << written.status();
    EXPECT_GE(written->durable, 2u);
    EXPECT_EQ(keyspace.Get("k")->value, "v");
  }
}

TEST(EmbeddedClusterTest, TwoOfThemKnowNothingOfEachOther) {
  const auto one = StartCluster({.nodes = 1});
  const auto other = StartCluster({.nodes = 1});
  ASSERT_TRUE(ClientOf(one->endpoints()).Keyspace("default").Put("k", "v").ok());
  EXPECT_FALSE(ClientOf(other->endpoints()).Keyspace("default").Get("k")->found());
}

class FolderTest : public ::testing::Test {
 protected:
  FolderTest() { mkdtemp(path_.data()); }
  ~FolderTest() override { std::filesystem::remove_all(path_); }

  std::string path_ = (std::filesystem::temp_directory_path() / "quorate-XXXXXX").string();
};

TEST_F(FolderTest, IsFoundAgainWithAllThatWasAcknowledged) {
  std::string endpoints;
  {
    const auto cluster = StartCluster({.data_dir = path_});
    endpoints = cluster->endpoints();
    ASSERT_TRUE(ClientOf(endpoints).Keyspace("default").Put("k", "kept").ok());
  }
  const auto cluster = StartCluster({.data_dir = path_});
  EXPECT_EQ(cluster->endpoints(), endpoints);
  EXPECT_EQ(ClientOf(endpoints).Keyspace("default").Get("k")->value, "kept");
}

TEST_F(FolderTest, IsRefusedToAClusterOfAnotherSize) {
  StartCluster({.nodes = 1, .data_dir = path_});
  const auto other = Cluster::Start({.nodes = 3, .data_dir = path_});
  EXPECT_EQ(ReasonOf(other.status()), "FOREIGN_CLUSTER") << other.status();
  const auto elsewhere = Cluster::Start({.nodes = 1, .data_dir = path_, .listen = "127.0.0.1:9"});
  EXPECT_EQ(ReasonOf(elsewhere.status()), "FOREIGN_CLUSTER") << elsewhere.status();
}

TEST(EmbeddedClusterTest, RefusesWhatItCannotBe) {
  EXPECT_EQ(ReasonOf(Cluster::Start({.nodes = 0}).status()), "BAD_VALUE");
  EXPECT_EQ(ReasonOf(Cluster::Start({.nodes = 10}).status()), "BAD_VALUE");
  EXPECT_EQ(ReasonOf(Cluster::Start({.workers = 0}).status()), "BAD_VALUE");
  EXPECT_EQ(ReasonOf(Cluster::Start({.workers = 17}).status()), "BAD_VALUE");
  EXPECT_EQ(ReasonOf(Cluster::Start({.listen = "10.0.0.1:7400"}).status()), "BAD_VALUE");
}

TEST(EmbeddedClusterTest, ListensElsewhereWhereAPortIsTakenIfItMay) {
  const auto first = StartCluster({.nodes = 1});
  EXPECT_EQ(ReasonOf(Cluster::Start({.nodes = 1, .listen = first->endpoint(1)}).status()),
            "PORT_IN_USE");
  const auto second =
      StartCluster({.nodes = 1, .listen = first->endpoint(1), .listen_elsewhere = true});
  EXPECT_NE(second->endpoint(1), first->endpoint(1));
  EXPECT_TRUE(ClientOf(second->endpoints()).Keyspace("default").Put("k", "v").ok());
  EXPECT_EQ(second->endpoint(2), "");
}

class NodesTest : public ::testing::Test {
 protected:
  absl::StatusOr<WriteReceipt> Put(const std::string& value) {
    return client_.Keyspace("default").Put("k", value);
  }

  std::unique_ptr<Cluster> cluster_ = StartCluster();
  Client client_ = ClientOf(cluster_->endpoints());
};

TEST_F(NodesTest, AKilledOneIsMissedByNobodyAndComesBackWithItsData) {
  ASSERT_TRUE(Put("before").ok());
  for (uint32_t node = 1; node <= 3; ++node) {
    ASSERT_TRUE(cluster_->Kill(node).ok());
    const auto written = Put("without n" + std::to_string(node));
    ASSERT_TRUE(written.ok()) << written.status();
    const absl::Status back = cluster_->Restart(node);
    ASSERT_TRUE(back.ok()) << back;
    const auto everywhere = client_.Keyspace("default").Put("k", "on all", {.level = Level::kAll});
    ASSERT_TRUE(everywhere.ok()) << everywhere.status();
  }
  for (uint32_t node = 1; node <= 3; ++node) ASSERT_TRUE(cluster_->Kill(node).ok());
  EXPECT_EQ(ReasonOf(Client::Connect(cluster_->endpoints()).status()), "NODE_UNREACHABLE");
}

TEST_F(NodesTest, AllKilledAtOnceLoseNothingThatWasAcknowledged) {
  ASSERT_TRUE(Put("acknowledged").ok());
  for (uint32_t node = 1; node <= 3; ++node) ASSERT_TRUE(cluster_->Kill(node).ok());
  absl::Status back[2];
  std::thread first([&] { back[0] = cluster_->Restart(1); });
  std::thread second([&] { back[1] = cluster_->Restart(2); });
  first.join();
  second.join();
  ASSERT_TRUE(back[0].ok() && back[1].ok()) << back[0] << back[1];
  EXPECT_EQ(client_.Keyspace("default").Get("k")->value, "acknowledged");
}

TEST_F(NodesTest, AStoppedOneHandsOverAndIsToldFromOneThatRuns) {
  ASSERT_TRUE(cluster_->Stop(2).ok());
  ASSERT_TRUE(Put("two are enough").ok());
  ASSERT_TRUE(cluster_->Restart(2).ok());
  EXPECT_EQ(ReasonOf(cluster_->Restart(2)), "NODE_RUNS");
  EXPECT_EQ(ReasonOf(cluster_->Stop(4)), "NO_SUCH_NODE");
  EXPECT_EQ(ReasonOf(cluster_->Kill(0)), "NO_SUCH_NODE");
}

}  // namespace
}  // namespace quorate::testing
