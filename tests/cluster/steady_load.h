// Clients that write, and read back what they wrote, until they are told to stop: in a
// keyspace of each mode. Their library asks again as it always does; whatever it then
// tells them that is no success is a failed request.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "cluster/cluster.h"

namespace quorate::testing {

class SteadyLoad {
 public:
  explicit SteadyLoad(const Cluster& cluster) : client_(cluster.Connect()) {
    cluster.Create(client_, "ordered");
    const KeyspaceOptions leaderless{
        .mode = Mode::kQuorum, .partitions = 4, .conflict = Conflict::kLww};
    EXPECT_TRUE(client_.CreateKeyspace("newest", leaderless).ok());
    for (const char* name : {"ordered", "newest"}) {
      for (int thread = 0; thread < 2; ++thread) {
        threads_.emplace_back([this, name, thread] { Run(name, absl::StrCat(thread, ".")); });
      }
    }
  }
  ~SteadyLoad() { Stop(); }

  // Ends it; every value is read once more.
  void Stop() {
    stop_ = true;
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  uint64_t done() const { return done_; }
  // So many more requests were answered well, or one was not.
  void AwaitMore(uint64_t requests) {
    const uint64_t until = done_ + requests;
    EXPECT_TRUE(Eventually([&] { return done_ >= until || !failures().empty(); }));
  }
  std::vector<std::string> failures() const {
    absl::MutexLock lock(&mutex_);
    return failures_;
  }

 private:
  void Run(const std::string& name, const std::string& prefix) {
    auto keyspace = client_.Keyspace(name);
    int written = 0;
    while (!stop_) {
      const std::string key = absl::StrCat(prefix, written);
      const auto put = keyspace.Put(key, ValueOf(written));
      if (!Note(absl::StrCat(name, ": put ", key), put.status())) continue;
      ++written;
      Read(keyspace, prefix, (written * 7919) % written);
    }
    for (int i = 0; i < written; ++i) Read(keyspace, prefix, i);
  }

  void Read(Keyspace& keyspace, const std::string& prefix, int i) {
    const std::string key = absl::StrCat(prefix, i);
    const auto got = keyspace.Get(key);
    if (!Note(absl::StrCat("get ", key), got.status())) return;
    if (got->value == ValueOf(i)) return;
    Note(absl::StrCat("get ", key), absl::DataLossError(absl::StrCat("has ", got->value)));
  }

  static std::string ValueOf(int i) { return absl::StrCat("value ", i); }

  bool Note(const std::string& what, const absl::Status& status) {
    if (status.ok()) {
      ++done_;
      return true;
    }
    absl::MutexLock lock(&mutex_);
    failures_.push_back(absl::StrCat(what, ": ", status.ToString()));
    return false;
  }

  Client client_;
  std::atomic<bool> stop_ = false;
  std::atomic<uint64_t> done_ = 0;
  mutable absl::Mutex mutex_;
  std::vector<std::string> failures_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

}  // namespace quorate::testing
