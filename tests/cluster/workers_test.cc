// Nodes of several workers each: what one thread reads another answers, and a third sends on. By
// streams and by calls of their own, in both modes, while a node is killed and comes back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "cluster/cluster.h"
#include "cluster/steady_load.h"

namespace quorate::testing {
namespace {

using ::testing::IsEmpty;

// A client of its own that writes by a stream, each key once, and reads by it what it wrote.
class StreamLoad {
 public:
  StreamLoad(const Cluster& cluster, const std::string& keyspace, const std::string& prefix)
      : client_(cluster.Connect()), keyspace_(client_.Keyspace(keyspace)), prefix_(prefix) {
    thread_ = std::thread([this] { Run(); });
  }
  ~StreamLoad() { Stop(); }

  void Stop() {
    stop_ = true;
    if (thread_.joinable()) thread_.join();
  }
  size_t acknowledged() const {
    absl::MutexLock lock(&mutex_);
    return acknowledged_.size();
  }
  void AwaitMore(size_t writes) {
    const size_t until = acknowledged() + writes;
    EXPECT_TRUE(Eventually([&] { return acknowledged() >= until; }));
  }
  // Acknowledged, but not there; of reads that had an answer, which all must have in the end.
  std::deque<std::string> Missing() {
    std::map<std::string, std::string> all;
    {
      absl::MutexLock lock(&mutex_);
      all = acknowledged_;
    }
    std::deque<std::string> missing;
    absl::Mutex mutex;
    auto reads = keyspace_.Pipeline({.deadline = absl::Seconds(20)});
    for (const auto& [key, value] : all) {
      reads.Get(key, [&, key = key, value = value](absl::StatusOr<GetResult> got) {
        if (got.ok() && got->value == value) return;
        absl::MutexLock lock(&mutex);
        missing.push_back(
            absl::StrCat(keyspace_.name(), ": ", key, ": ",
                         got.ok() ? got->value.value_or("nothing") : got.status().ToString()));
      });
    }
    reads.Drain();
    return missing;
  }

 private:
  void Run() {
    auto pipe = keyspace_.Pipeline({.max_in_flight = 128});
    for (uint64_t n = 0; !stop_; ++n) {
      const std::string key = absl::StrCat(prefix_, n);
      const std::string value = absl::StrCat("value ", n);
      pipe.Put(key, value, [this, key, value](const absl::StatusOr<WriteReceipt>& put) {
        if (!put.ok()) return;
        absl::MutexLock lock(&mutex_);
        acknowledged_.emplace(key, value);
      });
      if (n % 8 == 0) pipe.Get(key, [](const absl::StatusOr<GetResult>&) {});
    }
  }

  Client client_;
  Keyspace keyspace_;
  const std::string prefix_;
  std::atomic<bool> stop_ = false;
  mutable absl::Mutex mutex_;
  std::map<std::string, std::string> acknowledged_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

TEST(WorkersTest, WhatNodesOfSeveralAcknowledgedIsThereAfterOneWasKilled) {
  Cluster cluster(3, {"--workers=3"});
  SteadyLoad calls(cluster);
  calls.RepeatUnknown();
  std::deque<StreamLoad> streams;
  for (const char* keyspace : {"ordered", "newest"}) {
    for (const char* prefix : {"a.", "b."}) streams.emplace_back(cluster, keyspace, prefix);
  }
  const auto await_more = [&] {
    calls.AwaitMore(200);
    for (StreamLoad& stream : streams) stream.AwaitMore(500);
  };
  await_more();
  for (const int node : {2, 1}) {
    cluster.Kill(node);
    await_more();
    cluster.Start(node);
    cluster.WaitReady(node);
    await_more();
  }
  calls.Stop();
  EXPECT_THAT(calls.failures(), IsEmpty());
  for (StreamLoad& stream : streams) {
    stream.Stop();
    EXPECT_THAT(stream.Missing(), IsEmpty());
  }
  // While clients have their streams open.
  for (const int node : {1, 2, 3}) EXPECT_EQ(cluster.Terminate(node), 0) << cluster.log(node);
}

}  // namespace
}  // namespace quorate::testing
