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
#include "base/error.h"
#include "cluster/cluster.h"

namespace quorate::testing {

class SteadyLoad {
  static constexpr size_t kKeys = 500;  // of each thread

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

  // From now on nodes are killed: what became of a put may be unknown, and then it is made
  // again, with the value that it had.
  void RepeatUnknown() { repeat_unknown_ = true; }
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
  // Key after key, and again from the first, each time another value.
  void Run(const std::string& name, const std::string& prefix) {
    auto keyspace = client_.Keyspace(name);
    std::vector<std::string> values;
    for (uint64_t n = 0; !stop_; ++n) {
      const size_t i = n % kKeys;
      const std::string key = absl::StrCat(prefix, i);
      const std::string value = absl::StrCat("value ", n);
      absl::Status put = keyspace.Put(key, value).status();
      while (repeat_unknown_ && !put.ok() && AppliedOf(put) == Applied::kUnknown) {
        put = keyspace.Put(key, value).status();
      }
      if (!Note(absl::StrCat(name, ": put ", key), put)) return;
      if (i == values.size()) values.emplace_back();
      values[i] = value;
      const size_t other = (n * 7919) % values.size();
      Read(keyspace, absl::StrCat(prefix, other), values[other]);
    }
    for (size_t i = 0; i < values.size(); ++i) {
      Read(keyspace, absl::StrCat(prefix, i), values[i]);
    }
  }

  void Read(Keyspace& keyspace, const std::string& key, const std::string& value) {
    const std::string what = absl::StrCat(keyspace.name(), ": get ", key);
    const auto got = keyspace.Get(key);
    if (!Note(what, got.status()) || got->value == value) return;
    const std::string found = got->value.value_or("nothing");
    Note(what, absl::DataLossError(absl::StrCat("has ", found, ", not ", value)));
  }

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
  std::atomic<bool> repeat_unknown_ = false;
  std::atomic<uint64_t> done_ = 0;
  mutable absl::Mutex mutex_;
  std::vector<std::string> failures_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::thread> threads_;
};

}  // namespace quorate::testing
