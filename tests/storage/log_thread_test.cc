#include "storage/log_thread.h"

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "gtest/gtest.h"
#include "storage/log_model.h"
#include "storage/posix_files.h"
#include "storage/sim_files.h"
#include "storage/temp_folder.h"

namespace quorate {
namespace {

constexpr LogOptions kOptions{.segment_bytes = 16 * kFileBlockBytes, .spare_segments = 1};

// What a device told.
class Told {
 public:
  LogDeviceEvents Events() {
    return {[this](SyncProof proof) {
              absl::MutexLock lock(&mutex_);
              EXPECT_GT(proof.ticket(), durable_) << "in order, and each time something new";
              EXPECT_TRUE(failed_.ok()) << "nothing comes after the failure";
              durable_ = proof.ticket();
              ++proofs_;
            },
            [this](absl::Status status) {
              absl::MutexLock lock(&mutex_);
              EXPECT_TRUE(failed_.ok()) << "told once";
              failed_ = std::move(status);
            }};
  }
  void AwaitDurable(LogTicket ticket) {
    absl::MutexLock lock(&mutex_);
    const auto done = [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return durable_ >= ticket; };
    mutex_.Await(absl::Condition(&done));
  }
  absl::Status AwaitFailed() {
    absl::MutexLock lock(&mutex_);
    const auto done = [&]() ABSL_NO_THREAD_SAFETY_ANALYSIS { return !failed_.ok(); };
    mutex_.Await(absl::Condition(&done));
    return failed_;
  }
  LogTicket durable() {
    absl::MutexLock lock(&mutex_);
    return durable_;
  }
  uint64_t proofs() {
    absl::MutexLock lock(&mutex_);
    return proofs_;
  }
  absl::Status failed() {
    absl::MutexLock lock(&mutex_);
    return failed_;
  }

 private:
  absl::Mutex mutex_;
  LogTicket durable_;
  absl::Status failed_;
  uint64_t proofs_ = 0;
};

std::unique_ptr<LogThread> Start(Files& files, Told& told, LogThreadOptions options = {}) {
  return std::make_unique<LogThread>(files, LogStore::Open(files, kOptions).value(), told.Events(),
                                     options);
}

LogBatch One(GroupWrite write) { return {{std::move(write)}}; }

TEST(LogThreadTest, MakesDurableInOrderWhatManyThreadsSubmit) {
  TempFolder folder;
  auto files = OpenFolder(folder.path()).value();
  constexpr uint64_t kThreads = 4, kBatches = 200;
  {
    Told told;
    auto device = Start(*files, told);
    std::vector<std::thread> threads;
    for (uint64_t t = 1; t <= kThreads; ++t) {
      threads.emplace_back([&, t] {
        LogTicket last;
        for (uint64_t i = 1; i <= kBatches; ++i) {
          const LogTicket ticket = device->Submit(One(MakeWrite(t, i, i)));
          EXPECT_GT(ticket, last);
          last = ticket;
          if (i % 50 == 0) {
            told.AwaitDurable(last);
            device->Release(PartitionId(t), LogIndex(i - 10));
          }
        }
        told.AwaitDurable(last);
      });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(told.durable(), LogTicket{kThreads * kBatches});
    EXPECT_LT(device->stats().records, kThreads * kBatches) << "batches share records";
  }
  auto store = LogStore::Open(*files, kOptions).value();
  const auto recovered = store->TakeRecovered();
  ASSERT_EQ(recovered.size(), kThreads);
  for (const RecoveredGroup& group : recovered) {
    EXPECT_EQ(group.entries.back().index, LogIndex(kBatches));
  }
}

// Holds every write until it is let go.
class GatedFiles : public Files {
 public:
  explicit GatedFiles(Files& files) : files_(files) {}

  void Close() {
    absl::MutexLock lock(&mutex_);
    open_ = false;
  }
  void Open() {
    absl::MutexLock lock(&mutex_);
    open_ = true;
  }
  void AwaitWaiting() {
    absl::MutexLock lock(&mutex_);
    mutex_.Await(absl::Condition(&waiting_));
  }
  void Pass() {
    absl::MutexLock lock(&mutex_);
    waiting_ = true;
    mutex_.Await(absl::Condition(&open_));
    waiting_ = false;
  }

  absl::StatusOr<std::vector<std::string>> List() override { return files_.List(); }
  absl::StatusOr<std::unique_ptr<BlockFile>> Create(std::string_view name,
                                                    uint64_t size_bytes) override {
    return files_.Create(name, size_bytes);
  }
  absl::StatusOr<std::unique_ptr<BlockFile>> Open(std::string_view name) override;
  absl::Status Rename(std::string_view from, std::string_view to) override {
    return files_.Rename(from, to);
  }
  absl::Status Remove(std::string_view name) override { return files_.Remove(name); }
  absl::Status ReplaceDurably(std::string_view name, std::string_view contents) override {
    return files_.ReplaceDurably(name, contents);
  }
  absl::StatusOr<std::string> ReadWhole(std::string_view name) override {
    return files_.ReadWhole(name);
  }
  absl::StatusOr<uint64_t> FreeBytes() override { return files_.FreeBytes(); }

 private:
  Files& files_;
  absl::Mutex mutex_;
  bool open_ = true;
  bool waiting_ = false;
};

class GatedFile : public BlockFile {
 public:
  GatedFile(GatedFiles& gate, std::unique_ptr<BlockFile> file)
      : gate_(gate), file_(std::move(file)) {}
  uint64_t size_bytes() const override { return file_->size_bytes(); }
  absl::Status WriteDurably(uint64_t offset, std::string_view bytes) override {
    gate_.Pass();
    return file_->WriteDurably(offset, bytes);
  }
  absl::StatusOr<std::string> Read(uint64_t offset, uint64_t size_bytes) override {
    return file_->Read(offset, size_bytes);
  }

 private:
  GatedFiles& gate_;
  const std::unique_ptr<BlockFile> file_;
};

absl::StatusOr<std::unique_ptr<BlockFile>> GatedFiles::Open(std::string_view name) {
  auto file = files_.Open(name);
  if (!file.ok()) return file.status();
  return std::make_unique<GatedFile>(*this, *std::move(file));
}

TEST(LogThreadTest, WhatQueuesDuringASyncGoesIntoOneRecord) {
  SimFiles sim(1);
  GatedFiles files(sim);
  Told told;
  auto device = Start(files, told);
  told.AwaitDurable(device->Submit(One(MakeWrite(1, 1, 1))));
  files.Close();
  device->Submit(One(MakeWrite(1, 2, 2)));
  files.AwaitWaiting();
  LogTicket last;
  for (uint64_t i = 3; i <= 50; ++i) last = device->Submit(One(MakeWrite(1, i, i)));
  EXPECT_EQ(told.durable(), LogTicket{1}) << "nothing is told before its sync";
  files.Open();
  told.AwaitDurable(last);
  EXPECT_EQ(device->stats().records, 3u);
  EXPECT_EQ(told.proofs(), 3u);
}

TEST(LogThreadTest, ARecordIsBounded) {
  SimFiles sim(1);
  GatedFiles files(sim);
  Told told;
  auto device = Start(files, told, {.record_bytes = 1000});
  told.AwaitDurable(device->Submit(One(MakeWrite(1, 1, 1))));
  files.Close();
  device->Submit(One(MakeWrite(1, 2, 2)));
  files.AwaitWaiting();
  LogTicket last;
  for (uint64_t i = 3; i <= 12; ++i) last = device->Submit(One(MakeWrite(1, i, i, 1, 400)));
  files.Open();
  told.AwaitDurable(last);
  EXPECT_EQ(device->stats().records, 2 + 5u) << "two of 400 bytes in each";
}

TEST(LogThreadTest, TellsWhetherOneIsWrittenAndWhetherBatchesWaitBehindIt) {
  SimFiles sim(1);
  GatedFiles files(sim);
  Told told;
  auto device = Start(files, told);
  told.AwaitDurable(device->Submit(One(MakeWrite(1, 1, 1))));
  EXPECT_FALSE(device->waiting());
  files.Close();
  device->Submit(One(MakeWrite(1, 2, 2)));
  files.AwaitWaiting();
  EXPECT_TRUE(device->writing());
  EXPECT_FALSE(device->waiting());
  const LogTicket last = device->Submit(One(MakeWrite(1, 3, 3)));
  EXPECT_TRUE(device->waiting());
  files.Open();
  told.AwaitDurable(last);
  EXPECT_FALSE(device->waiting());
  while (device->writing()) std::this_thread::yield();
}

TEST(LogThreadTest, ItsEndWritesWhatWasSubmitted) {
  SimFiles files(1);
  Told told;
  auto device = Start(files, told);
  for (uint64_t i = 1; i <= 100; ++i) device->Submit(One(MakeWrite(1, i, i)));
  device.reset();
  EXPECT_EQ(told.durable(), LogTicket{100});
  EXPECT_EQ(LogStore::Open(files, kOptions).value()->TakeRecovered().at(0).entries.size(), 100u);
}

TEST(LogThreadTest, AnEmptyBatchIsDurableWithoutASync) {
  SimFiles files(1);
  Told told;
  auto device = Start(files, told);
  told.AwaitDurable(device->Submit({}));
  EXPECT_EQ(device->stats().records, 0u);
}

// Faults 7 and 46: no acknowledgement after a failed sync, then or later.
TEST(LogThreadTest, AFailedSyncIsToldOnceAndNothingBehindItIsAcknowledged) {
  SimFiles files(1);
  Told told;
  auto device = Start(files, told);
  told.AwaitDurable(device->Submit(One(MakeWrite(1, 1, 1))));
  files.FailNextSync();
  device->Submit(One(MakeWrite(1, 2, 2)));
  EXPECT_TRUE(absl::IsInternal(told.AwaitFailed()));
  device->Submit(One(MakeWrite(1, 3, 3)));
  device.reset();
  EXPECT_EQ(told.durable(), LogTicket{1});
}

// Fault 34: a full disk stalls, is shown, acknowledges nothing, and heals.
TEST(LogThreadTest, AFullDiskStallsUntilAReleaseMakesRoom) {
  SimFiles files(1);
  files.SetCapacityBytes(3 * kOptions.segment_bytes);
  Told told;
  auto device = Start(files, told, {.full_retry = absl::InfiniteDuration()});
  // One by one: what waits when the disk is full is a single batch, for which a
  // release makes room.
  LogTicket last;
  for (uint64_t index = 1; !device->stats().full; ++index) {
    last = device->Submit(One(MakeWrite(1, index, index, 1, 3000)));
    while (told.durable() < last && !device->stats().full) std::this_thread::yield();
  }
  EXPECT_EQ(told.durable().value, last.value - 1);
  EXPECT_TRUE(told.failed().ok()) << "a full disk is no failure";
  device->Release(PartitionId(1), LogIndex(told.durable().value));
  told.AwaitDurable(last);
  EXPECT_FALSE(device->stats().full);
  device.reset();
}

TEST(LogThreadTest, AFullDiskDoesNotHoldUpItsEnd) {
  SimFiles files(1);
  files.SetCapacityBytes(2 * kOptions.segment_bytes);
  Told told;
  auto device = Start(files, told, {.full_retry = absl::InfiniteDuration()});
  const LogTicket last = device->Submit(One(MakeWrite(1, 1, 1, 1, 200'000)));
  while (!device->stats().full) std::this_thread::yield();
  device.reset();
  EXPECT_TRUE(absl::IsResourceExhausted(told.failed()));
  EXPECT_LT(told.durable(), last);
}

TEST(LogThreadTest, SparesAreMadeBesideTheLog) {
  SimFiles files(1);
  Told told;
  auto device = Start(files, told);
  const auto spares = [&] {
    int count = 0;
    const std::vector<std::string> names = files.List().value();
    for (const std::string& name : names) count += name.starts_with("spare-");
    return count;
  };
  EXPECT_EQ(spares(), 1);
  // Takes the spare for the first segment; another is made meanwhile.
  told.AwaitDurable(device->Submit(One(MakeWrite(1, 1, 1))));
  while (spares() == 0) std::this_thread::yield();
}

}  // namespace
}  // namespace quorate
