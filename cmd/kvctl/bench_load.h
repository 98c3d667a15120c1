// Closed-loop load on one keyspace, through the client library.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/histogram.h"
#include "base/random.h"
#include "client/client.h"

namespace quorate::kvctl {

struct BenchPlan {
  uint32_t concurrency = 64;  // operations under way, each followed by the next
  double read_ratio = 0.5;    // of reads among them, by chance
  uint64_t value_bytes = 256;
  uint64_t keys = 10'000;
  ReadOptions read;
  WriteOptions write;
};

struct BenchSeries {
  Histogram latency;  // of those that went well
  uint64_t failed = 0;
};

struct BenchResult {
  BenchSeries reads;
  BenchSeries writes;
  std::map<std::string, uint64_t> errors;  // by reason
  absl::Duration took;
};

class BenchLoad {
 public:
  BenchLoad(quorate::Keyspace keyspace, BenchPlan plan);
  // Waits for what is under way.
  ~BenchLoad() { Stop(); }

  void Start();
  // Operations answered so far.
  uint64_t answered() const { return answered_.load(std::memory_order_relaxed); }
  // Nothing new begins; returns when the last is answered.
  void Stop();
  // After Stop.
  BenchResult result() const;

 private:
  void Next();
  void Done(bool read, absl::Duration began, const absl::Status& status);

  quorate::Keyspace keyspace_;
  const BenchPlan plan_;
  absl::Duration started_;
  std::atomic<uint64_t> answered_ = 0;

  mutable absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  uint32_t under_way_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::Duration ended_ ABSL_GUARDED_BY(mutex_);
  Random random_ ABSL_GUARDED_BY(mutex_);
  BenchResult result_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quorate::kvctl
