#include "storage/log_thread.h"

#include <iterator>
#include <string>

#include "absl/time/clock.h"
#include "base/crash_point.h"
#include "storage/log_format.h"

namespace quorate {
namespace {

uint64_t BatchBytes(const LogBatch& batch) {
  uint64_t bytes = 0;
  for (const GroupWrite& write : batch.groups) {
    for (const LogEntry& entry : write.entries) bytes += EntryBytes(entry);
  }
  return bytes;
}

void Append(LogBatch from, LogBatch& to) {
  if (to.groups.empty()) {
    to = std::move(from);
  } else {
    to.groups.insert(to.groups.end(), std::make_move_iterator(from.groups.begin()),
                     std::make_move_iterator(from.groups.end()));
  }
}

}  // namespace

LogThread::LogThread(Files& files, std::unique_ptr<LogStore> store, LogDeviceEvents events,
                     LogThreadOptions options)
    : files_(files),
      store_(std::move(store)),
      events_(std::move(events)),
      options_(options),
      stats_(store_->stats()),
      maker_([this] { MakeSpares(); }),
      thread_([this] { Run(); }) {}

LogThread::~LogThread() { Stop(); }

void LogThread::Stop() {
  if (!thread_.joinable()) return;
  {
    absl::MutexLock lock(&mutex_);
    stop_ = true;
    wake_.Signal();
    wake_maker_.Signal();
  }
  thread_.join();
  maker_.join();
}

LogTicket LogThread::Submit(LogBatch batch) {
  const uint64_t bytes = BatchBytes(batch);
  absl::MutexLock lock(&mutex_);
  queue_.push_back({std::move(batch), bytes});
  if (idle_) wake_.Signal();
  return LogTicket{++submitted_};
}

void LogThread::Release(PartitionId partition, LogIndex index) {
  absl::MutexLock lock(&mutex_);
  releases_.emplace_back(partition, index);
  if (idle_) wake_.Signal();
}

LogStats LogThread::stats() const {
  absl::MutexLock lock(&mutex_);
  return stats_;
}

bool LogThread::waiting() const {
  absl::MutexLock lock(&mutex_);
  return !queue_.empty();
}

bool LogThread::HasWork() const { return stop_ || !queue_.empty() || !releases_.empty(); }

void LogThread::Run() {
  for (;;) {
    std::vector<Queued> queue;
    Releases releases;
    {
      absl::MutexLock lock(&mutex_);
      idle_ = true;
      while (!HasWork()) wake_.Wait(&mutex_);
      idle_ = false;
      if (stop_ && queue_.empty()) return;
      queue.swap(queue_);
      releases.swap(releases_);
    }
    writing_.store(true, std::memory_order_relaxed);
    const bool written = WriteAll(std::move(queue));
    writing_.store(false, std::memory_order_relaxed);
    if (!written) return;
    // After the batches: what is released may be among them.
    Maintain(releases);
  }
}

bool LogThread::WriteAll(std::vector<Queued> queue) {
  LogBatch merged;
  uint64_t bytes = 0;
  uint64_t last = written_;
  for (Queued& queued : queue) {
    if (bytes > 0 && bytes + queued.bytes > options_.record_bytes) {
      if (!WriteOne(merged, LogTicket{last})) return false;
      merged.groups.clear();
      bytes = 0;
    }
    Append(std::move(queued.batch), merged);
    bytes += queued.bytes;
    ++last;
  }
  return last == written_ || WriteOne(merged, LogTicket{last});
}

bool LogThread::WriteOne(const LogBatch& batch, LogTicket last) {
  absl::Status appended;
  CrashPoint<"log-before-write">();
  if (!batch.empty()) appended = store_->Append(batch);
  while (absl::IsResourceExhausted(appended)) {
    if (!WaitForRoom()) break;
    appended = store_->Append(batch);
  }
  if (!appended.ok()) {
    ReportFailed(appended);
    return false;
  }
  CrashPoint<"log-after-sync">();
  written_ = last.value;
  {
    absl::MutexLock lock(&mutex_);
    stats_ = store_->stats();
  }
  events_.durable(SyncAuthority::Attest(last));
  CrashPoint<"log-after-telling">();
  return true;
}

// False: the device is to end.
bool LogThread::WaitForRoom() {
  Releases releases;
  {
    absl::MutexLock lock(&mutex_);
    stats_.full = true;
    const absl::Time until = absl::Now() + options_.full_retry;
    idle_ = true;
    while (!stop_ && releases_.empty() && !wake_.WaitWithDeadline(&mutex_, until)) {
    }
    idle_ = false;
    if (stop_) return false;
    releases.swap(releases_);
  }
  Maintain(releases);
  return true;
}

void LogThread::Maintain(const Releases& releases) {
  for (const auto& [partition, index] : releases) store_->Release(partition, index);
  absl::MutexLock lock(&mutex_);
  for (std::string& name : made_spares_) store_->AddSpare(std::move(name));
  made_spares_.clear();
  if (spare_under_way_) return;
  wanted_spare_ = store_->WantedSpare();
  if (!wanted_spare_) return;
  spare_under_way_ = true;
  wake_maker_.Signal();
}

void LogThread::MakeSpares() {
  for (;;) {
    LogStore::Spare spare;
    {
      absl::MutexLock lock(&mutex_);
      while (!stop_ && !wanted_spare_) wake_maker_.Wait(&mutex_);
      if (stop_) return;
      spare = *std::exchange(wanted_spare_, std::nullopt);
    }
    const bool made = files_.Create(spare.name, spare.size_bytes).ok();
    CrashPoint<"log-after-spare">();
    absl::MutexLock lock(&mutex_);
    if (!made) {  // most likely a full disk; an Append that needs a segment says so
      const absl::Time until = absl::Now() + options_.spare_retry;
      while (!stop_ && !wake_maker_.WaitWithDeadline(&mutex_, until)) {
      }
    }
    spare_under_way_ = false;
    if (made) made_spares_.push_back(std::move(spare.name));
  }
}

void LogThread::ReportFailed(const absl::Status& status) {
  if (events_.failed) events_.failed(status);
}

}  // namespace quorate
