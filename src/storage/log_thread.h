// The real log device: a thread around a LogStore. While one record is being
// synced the next gathers what is submitted; nothing ever waits for company.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "storage/files.h"
#include "storage/log_device.h"
#include "storage/log_store.h"

namespace quorate {

struct LogThreadOptions {
  // A record takes no further batch once it holds that much.
  uint64_t record_bytes = 4 << 20;
  // On a full disk: how long until the next try, unless a release comes first.
  absl::Duration full_retry = absl::Milliseconds(200);
  // Until the next try to make a spare segment that could not be made.
  absl::Duration spare_retry = absl::Seconds(5);
};

class LogThread : public LogDevice {
 public:
  // `files`: the store's folder, in which a second thread makes spare segments;
  // it outlives the device.
  LogThread(Files& files, std::unique_ptr<LogStore> store, LogDeviceEvents events,
            LogThreadOptions options = {});
  // Writes what was submitted, reports it, and ends; what a full disk doesn't
  // take is reported as failed.
  ~LogThread() override;
  // The same, and stats() stay. Nothing is to be submitted any more.
  void Stop();

  LogTicket Submit(LogBatch batch) override;
  void Release(PartitionId partition, LogIndex index) override;
  LogStats stats() const override;
  // Batches wait for the end of one that is being written.
  bool waiting() const;
  // One is being written.
  bool writing() const { return writing_.load(std::memory_order_relaxed); }

 private:
  struct Queued {
    LogBatch batch;
    uint64_t bytes = 0;
  };
  using Releases = std::vector<std::pair<PartitionId, LogIndex>>;

  void Run();
  void MakeSpares();
  bool HasWork() const ABSL_SHARED_LOCKS_REQUIRED(mutex_);
  // Both without the lock held; false: the log is dead.
  bool WriteAll(std::vector<Queued> queue);
  bool WriteOne(const LogBatch& batch, LogTicket last);
  bool WaitForRoom();
  void Maintain(const Releases& releases);
  void ReportFailed(const absl::Status& status);

  Files& files_;
  const std::unique_ptr<LogStore> store_;  // the log thread's alone
  const LogDeviceEvents events_;
  const LogThreadOptions options_;

  mutable absl::Mutex mutex_;
  absl::CondVar wake_;        // the log thread
  absl::CondVar wake_maker_;  // the thread that makes spares
  std::vector<Queued> queue_ ABSL_GUARDED_BY(mutex_);
  Releases releases_ ABSL_GUARDED_BY(mutex_);
  uint64_t submitted_ ABSL_GUARDED_BY(mutex_) = 0;
  bool idle_ ABSL_GUARDED_BY(mutex_) = false;  // the log thread waits
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  LogStats stats_ ABSL_GUARDED_BY(mutex_);
  std::atomic<bool> writing_{false};
  std::optional<LogStore::Spare> wanted_spare_ ABSL_GUARDED_BY(mutex_);
  bool spare_under_way_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::string> made_spares_ ABSL_GUARDED_BY(mutex_);

  uint64_t written_ = 0;  // tickets durable; the log thread's alone
  std::thread maker_;
  std::thread thread_;
};

}  // namespace quorate
