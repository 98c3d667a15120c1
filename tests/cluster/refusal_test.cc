// What a node refuses at its start: each a clear word and no crash.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "cluster/cluster.h"

namespace quorate::testing {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

// Replaces the argument that follows `flag`.
std::vector<std::string> With(std::vector<std::string> command, const std::string& flag,
                              const std::string& value) {
  for (size_t i = 0; i + 1 < command.size(); ++i) {
    if (command[i] == flag) command[i + 1] = value;
  }
  return command;
}

// A cluster of one that has written something and ended.
class RefusalTest : public ::testing::Test {
 protected:
  RefusalTest() : cluster_(1) {
    Client client = cluster_.Connect();
    Keyspace keyspace = cluster_.Create(client, "orders", 1);
    for (int i = 0; i < 20; ++i) {
      EXPECT_TRUE(keyspace.Put("k" + std::to_string(i), std::string(5000, 'x')).ok());
    }
    cluster_.Kill(1);
  }
  Cluster cluster_;
};

TEST_F(RefusalTest, TheFolderOfAnotherCluster) {
  const Refusal refusal = RunToEnd(With(cluster_.CommandLine(1), "--cluster-id", "other"));
  EXPECT_NE(refusal.exit_code, 0);
  EXPECT_THAT(refusal.output, AllOf(HasSubstr("FOREIGN_CLUSTER"), HasSubstr("test")));
}

TEST_F(RefusalTest, TheFolderOfAnotherNode) {
  auto command = With(cluster_.CommandLine(1), "--node-id", "2");
  for (std::string& argument : command) {
    if (argument.rfind("1=", 0) == 0) argument[0] = '2';
  }
  const Refusal refusal = RunToEnd(command);
  EXPECT_NE(refusal.exit_code, 0);
  EXPECT_THAT(refusal.output, AllOf(HasSubstr("FOREIGN_NODE"), HasSubstr("n1")));
}

TEST_F(RefusalTest, AFlippedByteInTheMiddleOfTheLog) {
  const fs::path log = fs::path(cluster_.data_dir(1)) / "log";
  fs::path segment;
  for (const auto& entry : fs::directory_iterator(log)) {
    if (segment.empty() || entry.path() < segment) segment = entry.path();
  }
  ASSERT_FALSE(segment.empty());
  std::fstream file(segment, std::ios::in | std::ios::out | std::ios::binary);
  // Behind the header block, well before the end of what was written.
  file.seekg(4096 * 6 + 100);
  char byte = 0;
  file.get(byte);
  file.seekp(4096 * 6 + 100);
  file.put(static_cast<char>(byte ^ 1));
  file.close();
  const Refusal refusal = RunToEnd(cluster_.CommandLine(1));
  EXPECT_NE(refusal.exit_code, 0);
  EXPECT_THAT(refusal.output, HasSubstr(segment.filename().string()));
}

TEST_F(RefusalTest, APortInUse) {
  cluster_.Start(1);
  cluster_.WaitReady(1);
  auto command = With(cluster_.CommandLine(1), "--data-dir", cluster_.data_dir(1) + "-other");
  const Refusal refusal = RunToEnd(command);
  EXPECT_NE(refusal.exit_code, 0);
  EXPECT_THAT(refusal.output, HasSubstr(std::to_string(cluster_.client_port(1))));
  fs::remove_all(cluster_.data_dir(1) + "-other");
}

TEST_F(RefusalTest, TheFolderOfARunningNode) {
  cluster_.Start(1);
  cluster_.WaitReady(1);
  const Ports free;
  const auto at = [](int port) { return "127.0.0.1:" + std::to_string(port); };
  auto command = With(cluster_.CommandLine(1), "--listen", at(free.first()));
  command = With(command, "--peer-listen", at(free.first() + 1));
  command = With(command, "--http-listen", at(free.first() + 2));
  const Refusal refusal = RunToEnd(command);
  EXPECT_NE(refusal.exit_code, 0);
  EXPECT_THAT(refusal.output, HasSubstr(cluster_.data_dir(1)));
  EXPECT_TRUE(cluster_.process(1).running());
}

TEST_F(RefusalTest, AnUnknownFieldOfTheConfigurationWithItsPlaceAndASuggestion) {
  const std::string config = cluster_.data_dir(1) + ".yaml";
  std::ofstream(config) << "node-id: 1\nlog-segment-byte: 1MiB\n";
  auto command = cluster_.CommandLine(1);
  command.insert(command.end(), {"--config", config});
  const Refusal refusal = RunToEnd(command);
  fs::remove(config);
  EXPECT_EQ(refusal.exit_code, 2);
  EXPECT_THAT(refusal.output,
              AllOf(HasSubstr("log-segment-byte"), HasSubstr("log-segment-bytes"), HasSubstr("2")));
}

// The largest file of RocksDB's tables.
fs::path LargestTable(const fs::path& data) {
  fs::path largest;
  for (const auto& entry : fs::recursive_directory_iterator(data)) {
    if (entry.path().extension() != ".sst") continue;
    if (largest.empty() || entry.file_size() > fs::file_size(largest)) largest = entry.path();
  }
  return largest;
}

// Whoever reads it is told; nobody is given what was never written.
TEST(DamagedDataTest, AFlippedByteInTheDataIsToldAndGivesNoWrongValue) {
  Cluster cluster(1, {"--memtable-bytes", "256KiB"});
  Client client = cluster.Connect();
  Keyspace keyspace = cluster.Create(client, "orders", 1);
  const std::string value(5000, 'x');
  for (int i = 0; i < 400; ++i) {
    ASSERT_TRUE(keyspace.Put("k" + std::to_string(i), value).ok());
  }
  EXPECT_EQ(cluster.Terminate(1), 0);
  const fs::path table = LargestTable(cluster.data_dir(1) + "/data");
  ASSERT_FALSE(table.empty());
  {
    std::fstream file(table, std::ios::in | std::ios::out | std::ios::binary);
    const auto middle = static_cast<std::streamoff>(fs::file_size(table) / 2);
    file.seekg(middle);
    const int byte = file.get();
    file.seekp(middle);
    file.put(static_cast<char>(byte ^ 1));
  }
  cluster.Start(1);
  cluster.WaitReady();
  int told = 0;
  for (int i = 0; i < 400; ++i) {
    const auto got = keyspace.Get("k" + std::to_string(i), {.deadline = absl::Seconds(5)});
    if (got.ok()) {
      EXPECT_EQ(got->value, value);
    } else {
      ++told;
      EXPECT_EQ(got.status().code(), absl::StatusCode::kDataLoss) << got.status();
    }
  }
  EXPECT_GT(told, 0);
}

}  // namespace
}  // namespace quorate::testing
