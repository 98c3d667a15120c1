// Nodes of several workers: each owns a share of the partitions, and reads what some of the
// other nodes send, whichever worker's partitions it is for.
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/functional/function_ref.h"
#include "client/client.h"
#include "testing/cluster.h"

namespace quorate::testing {
namespace {

constexpr int kKeys = 300;
constexpr int kWriters = 3;          // of each keyspace
constexpr uint32_t kPartitions = 6;  // two of each worker
constexpr int kAttempts = 10;

std::string Key(int i) { return "k" + std::to_string(i); }

class WorkersTest : public ::testing::Test {
 protected:
  WorkersTest() {
    const KeyspaceOptions leaderless{
        .mode = Mode::kQuorum, .partitions = kPartitions, .conflict = Conflict::kLww};
    EXPECT_TRUE(client_.CreateKeyspace("ordered", {.partitions = kPartitions}).ok());
    EXPECT_TRUE(client_.CreateKeyspace("newest", leaderless).ok());
  }

  // Under all keys of both keyspaces, several at a time, while `meanwhile` happens.
  void PutAll(const std::string& value, absl::FunctionRef<void()> meanwhile) {
    std::vector<std::thread> writers;
    for (Keyspace& keyspace : keyspaces_) {
      for (int first = 0; first < kWriters; ++first) {
        writers.emplace_back([&keyspace, &value, first] {
          for (int i = first; i < kKeys; i += kWriters) Put(keyspace, Key(i), value);
        });
      }
    }
    meanwhile();
    for (std::thread& writer : writers) writer.join();
  }
  void ExpectEverywhere(const std::string& value) {
    for (Keyspace& keyspace : keyspaces_) {
      for (int i = 0; i < kKeys; ++i) {
        const auto got = keyspace.Get(Key(i));
        ASSERT_TRUE(got.ok()) << keyspace.name() << " " << Key(i) << ": " << got.status();
        EXPECT_EQ(got->value, value) << keyspace.name() << " " << Key(i);
      }
    }
  }

  std::unique_ptr<Cluster> cluster_ = *Cluster::Start({.workers = 3, .keyspace = ""});
  Client client_ = *Client::Connect(cluster_->endpoints(), {.deadline = absl::Seconds(20)});
  Keyspace keyspaces_[2] = {client_.Keyspace("ordered"), client_.Keyspace("newest")};

 private:
  // What became of one that fails may be unknown, so it is made again.
  static void Put(Keyspace& keyspace, const std::string& key, const std::string& value) {
    absl::Status put = keyspace.Put(key, value).status();
    for (int i = 1; i < kAttempts && !put.ok(); ++i) put = keyspace.Put(key, value).status();
    EXPECT_TRUE(put.ok()) << keyspace.name() << " " << key << ": " << put;
  }
};

TEST_F(WorkersTest, EachNodeIsKilledUnderWritesAndNothingIsLost) {
  for (uint32_t node = 1; node <= 3; ++node) {
    const std::string value = "while n" + std::to_string(node) + " is killed";
    PutAll(value, [&] { EXPECT_TRUE(cluster_->Kill(node).ok()); });
    ExpectEverywhere(value);
    const absl::Status back = cluster_->Restart(node);
    ASSERT_TRUE(back.ok()) << back;
  }
}

}  // namespace
}  // namespace quorate::testing
