#include "sim/sim_disk.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace quorate::sim {
namespace {

LogBatch OneEntry(uint64_t index) {
  GroupWrite write;
  write.partition = PartitionId(1);
  write.entries.push_back({Term(1), LogIndex(index), EntryKind::kCommand, Payload("x")});
  LogBatch batch;
  batch.groups.push_back(std::move(write));
  return batch;
}

class SimDiskTest : public ::testing::Test {
 protected:
  SimDiskTest() { Boot(); }

  void Boot() {
    store_ = *LogStore::Open(files_, {.segment_bytes = 16 * kFileBlockBytes});
    disk_ = std::make_unique<SimDisk>(
        queue_, Random(3), DiskProfile{.slow_chance = 0}, faults_, files_, *store_,
        LogDeviceEvents{[this](SyncProof proof) { durable_.push_back(proof.ticket().value); },
                        [this](absl::Status status) { failed_ = status; }});
  }
  // What a new process finds after a power failure now.
  size_t EntriesAfterCrash() {
    disk_->Die();
    disk_.reset();
    store_.reset();
    files_.Crash();
    Boot();
    const auto recovered = store_->TakeRecovered();
    return recovered.empty() ? 0 : recovered.front().entries.size();
  }
  void Pass(absl::Duration time) { queue_.RunUntil(queue_.now() + time); }

  EventQueue queue_;
  SimFiles files_{11};
  DiskFaults faults_;
  std::unique_ptr<LogStore> store_;
  std::unique_ptr<SimDisk> disk_;
  std::vector<uint64_t> durable_;
  absl::Status failed_;
};

TEST_F(SimDiskTest, TellsThatABatchIsDurableOnlyAfterAWhile) {
  EXPECT_EQ(disk_->Submit(OneEntry(1)).value, 1u);
  EXPECT_TRUE(durable_.empty());
  Pass(absl::Milliseconds(5));
  EXPECT_EQ(durable_, (std::vector<uint64_t>{1}));
  EXPECT_EQ(EntriesAfterCrash(), 1u);
}

TEST_F(SimDiskTest, WritesWhatQueuedDuringASyncAsOneRecord) {
  for (uint64_t index = 1; index <= 4; ++index) disk_->Submit(OneEntry(index));
  Pass(absl::Milliseconds(5));
  EXPECT_EQ(durable_, (std::vector<uint64_t>{1, 4}));
  EXPECT_EQ(disk_->stats().records, 2u);
  EXPECT_EQ(EntriesAfterCrash(), 4u);
}

TEST_F(SimDiskTest, SaysNothingOfASyncThatStallsUntilItIsOver) {
  faults_.stalled = true;
  disk_->Submit(OneEntry(1));
  Pass(absl::Seconds(1));
  EXPECT_TRUE(durable_.empty());
  faults_.stalled = false;
  Pass(absl::Milliseconds(10));
  EXPECT_EQ(durable_, (std::vector<uint64_t>{1}));
}

TEST_F(SimDiskTest, LosesWhatWasNeverBegun) {
  faults_.stalled = true;
  disk_->Submit(OneEntry(1));
  disk_->Submit(OneEntry(2));  // waits for the first
  EXPECT_LE(EntriesAfterCrash(), 1u);
  EXPECT_TRUE(durable_.empty());
}

TEST_F(SimDiskTest, DiesOfASyncThatFails) {
  files_.FailNextSync();
  disk_->Submit(OneEntry(1));
  disk_->Submit(OneEntry(2));
  Pass(absl::Milliseconds(50));
  EXPECT_FALSE(failed_.ok());
  EXPECT_TRUE(durable_.empty());
}

}  // namespace
}  // namespace quorate::sim
