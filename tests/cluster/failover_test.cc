// Nothing acknowledged is lost, whoever dies.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

#include <atomic>
#include <map>
#include <thread>

#include "cluster/cluster.h"

namespace quorate::testing {
namespace {

using ::testing::AnyOf;

// Writes key after key until it is told to stop; remembers what was acknowledged.
class Writer {
 public:
  Writer(Keyspace keyspace, std::string prefix)
      : thread_([this, keyspace, prefix]() mutable { Run(keyspace, prefix); }) {}
  ~Writer() { Stop(); }

  void Stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  void WaitFor(size_t acknowledged) {
    count_.wait(0);
    for (size_t seen = count_; seen < acknowledged; seen = count_) count_.wait(seen);
  }
  size_t count() const { return count_; }
  const std::map<std::string, std::string>& acknowledged() const { return acknowledged_; }

 private:
  void Run(Keyspace& keyspace, const std::string& prefix) {
    for (int i = 0; !stop_; ++i) {
      const std::string key = prefix + std::to_string(i);
      const std::string value = "value " + std::to_string(i);
      if (!keyspace.Put(key, value).ok()) continue;
      acknowledged_[key] = value;
      ++count_;
      count_.notify_all();
    }
  }

  std::atomic<bool> stop_ = false;
  std::atomic<size_t> count_ = 0;
  std::map<std::string, std::string> acknowledged_;
  std::thread thread_;
};

void ExpectAllThere(Keyspace& keyspace, const std::map<std::string, std::string>& acknowledged) {
  ASSERT_FALSE(acknowledged.empty());
  for (const auto& [key, value] : acknowledged) {
    const auto got = keyspace.Get(key);
    ASSERT_TRUE(got.ok()) << key << ": " << got.status();
    EXPECT_EQ(got->value, value) << key;
  }
}

TEST(FailoverTest, NothingAcknowledgedIsLostWhenALeaderIsKilledUnderWrites) {
  Cluster cluster(3);
  Client client = cluster.Connect();
  Keyspace keyspace = cluster.Create(client, "orders");
  Writer writer(keyspace, "{order}");
  writer.WaitFor(50);
  const int leader = cluster.LeaderOf(client, "orders", "{order}");
  cluster.Kill(leader);
  writer.WaitFor(writer.count() + 50);
  cluster.Start(leader);
  cluster.WaitReady(leader);
  writer.WaitFor(writer.count() + 50);
  writer.Stop();
  ExpectAllThere(keyspace, writer.acknowledged());
}

TEST(FailoverTest, NothingAcknowledgedIsLostWhenAllNodesAreKilledAtOnce) {
  Cluster cluster(3);
  Client client = cluster.Connect();
  Keyspace keyspace = cluster.Create(client, "orders");
  Writer writer(keyspace, "k");
  writer.WaitFor(200);
  for (int node = 1; node <= 3; ++node) cluster.process(node).Signal(SIGKILL);
  for (int node = 1; node <= 3; ++node) cluster.process(node).Wait();
  writer.Stop();
  for (int node = 1; node <= 3; ++node) cluster.Start(node);
  cluster.WaitReady();
  ExpectAllThere(keyspace, writer.acknowledged());
}

TEST(FailoverTest, AMinorityRefusesWritesWithoutDoingThem) {
  Cluster cluster(3);
  Client client = cluster.Connect();
  Keyspace keyspace = cluster.Create(client, "orders", 1);
  ASSERT_TRUE(keyspace.Put("k", "before").ok());
  cluster.Kill(2);
  cluster.Kill(3);
  // A leader that has not noticed yet may have begun it.
  const auto first = keyspace.Put("k", "first", {.deadline = absl::Seconds(3)});
  ASSERT_FALSE(first.ok());
  // By now none leads: nobody begins what cannot be done.
  const auto second = keyspace.Put("k", "second", {.deadline = absl::Seconds(3)});
  ASSERT_FALSE(second.ok());
  EXPECT_EQ(OutcomeOf(second.status()), Outcome::kNotDone) << second.status();
  cluster.Start(2);
  cluster.Start(3);
  cluster.WaitReady();
  const auto got = keyspace.Get("k");
  ASSERT_TRUE(got.ok()) << got.status();
  if (OutcomeOf(first.status()) == Outcome::kNotDone) {
    EXPECT_EQ(got->value, "before");
  } else {
    EXPECT_EQ(OutcomeOf(first.status()), Outcome::kUnknown);
    EXPECT_THAT(got->value, AnyOf("before", "first"));
  }
  // Whichever it is, it stays.
  const auto again = keyspace.Get("k");
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->value, got->value);
  EXPECT_EQ(again->receipt.version, got->receipt.version);
}

TEST(FailoverTest, ANodeThatIsToldToEndHandsItsLeadershipsOverFirst) {
  Cluster cluster(3);
  Client client = cluster.Connect();
  Keyspace keyspace = cluster.Create(client, "orders", 6);
  Writer writer(keyspace, "k");
  writer.WaitFor(50);
  EXPECT_EQ(cluster.Terminate(1), 0) << cluster.log(1);
  writer.WaitFor(writer.count() + 50);
  writer.Stop();
  const auto state = client.DescribeKeyspace("orders");
  ASSERT_TRUE(state.ok()) << state.status();
  EXPECT_EQ(state->unreachable, std::vector<NodeId>{NodeId(1)});
  ExpectAllThere(keyspace, writer.acknowledged());
}

TEST(FailoverTest, AFrozenLeaderIsReplacedAndAnswersNothingStaleAfterwards) {
  Cluster cluster(3);
  Client client = cluster.Connect();
  Keyspace keyspace = cluster.Create(client, "orders", 1);
  ASSERT_TRUE(keyspace.Put("k", "old").ok());
  const int leader = cluster.LeaderOf(client, "orders", "k");
  cluster.process(leader).Signal(SIGSTOP);
  // What was sent to the frozen node has an unknown end; a later one succeeds.
  bool written = false;
  for (int attempt = 0; attempt < 20 && !written; ++attempt) {
    written = keyspace.Put("k", "new", {.deadline = absl::Seconds(2)}).ok();
  }
  ASSERT_TRUE(written);
  cluster.process(leader).Signal(SIGCONT);
  auto direct = Client::Connect("127.0.0.1:" + std::to_string(cluster.client_port(leader)));
  ASSERT_TRUE(direct.ok()) << direct.status();
  const auto got = direct->Keyspace("orders").Get("k");
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->value, "new");
}

}  // namespace
}  // namespace quorate::testing
