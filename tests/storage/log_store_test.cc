#include "storage/log_store.h"

#include <memory>
#include <string>

#include "base/error.h"
#include "base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/log_model.h"
#include "storage/sim_files.h"

namespace quorate {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;

constexpr uint64_t kBlock = kFileBlockBytes;

class LogStoreTest : public testing::Test {
 protected:
  LogStoreTest() { Start(); }

  void Start() {
    store_.reset();
    files_.Crash();
    store_ = LogStore::Open(files_, options_).value();
    recovered_ = store_->TakeRecovered();
  }
  void Append(GroupWrite write) {
    const absl::Status appended = store_->Append({{std::move(write)}});
    ASSERT_TRUE(appended.ok()) << appended;
  }
  GroupWrite HardStateOf(uint64_t partition, uint64_t term) {
    GroupWrite write;
    write.partition = PartitionId(partition);
    write.hard_state = HardState{Term(term), NodeId(1)};
    return write;
  }
  // Fills segments with entries of a group, each of them released.
  void Fill(uint64_t partition, uint64_t records) {
    for (uint64_t i = 0; i < records; ++i) {
      const uint64_t index = ++filled_[partition];
      Append(MakeWrite(partition, index, index, 1, 3000));
      store_->Release(PartitionId(partition), LogIndex(index));
    }
  }

  LogOptions options_{.segment_bytes = 8 * kBlock, .spare_segments = 1};
  SimFiles files_{1};
  std::unique_ptr<LogStore> store_;
  std::vector<RecoveredGroup> recovered_;
  std::map<uint64_t, uint64_t> filled_;
};

TEST_F(LogStoreTest, ANewLogIsEmpty) { EXPECT_THAT(recovered_, IsEmpty()); }

TEST_F(LogStoreTest, RecoversGroupsInOrderWithTheirHardStatesAndEntries) {
  ASSERT_TRUE(store_->Append({{MakeWrite(7, 1, 3, 2), HardStateOf(3, 9)}}).ok());
  Start();
  ASSERT_THAT(recovered_, SizeIs(2));
  EXPECT_EQ(recovered_[0].partition, PartitionId(3));
  EXPECT_EQ(recovered_[0].hard_state, (HardState{Term(9), NodeId(1)}));
  EXPECT_THAT(recovered_[0].entries, IsEmpty());
  EXPECT_EQ(recovered_[1].base, LogBase());
  EXPECT_EQ(recovered_[1].entries, MakeWrite(7, 1, 3, 2).entries);
}

TEST_F(LogStoreTest, OneBatchIsOneSync) {
  Append(MakeWrite(1, 1, 1));
  const uint64_t before = files_.syncs();
  ASSERT_TRUE(store_->Append({{MakeWrite(1, 2, 9), MakeWrite(2, 1, 5), HardStateOf(3, 1)}}).ok());
  EXPECT_EQ(files_.syncs(), before + 1);
  EXPECT_EQ(store_->stats().records, 2u);
}

TEST_F(LogStoreTest, EntriesReplaceWhateverStandsFromTheFirstOn) {
  Append(MakeWrite(1, 1, 9, 1));
  Append(MakeWrite(1, 4, 5, 2));
  Append(MakeWrite(1, 6, 6, 2));
  Start();
  std::vector<LogEntry> expected = MakeWrite(1, 1, 3, 1).entries;
  for (const LogEntry& entry : MakeWrite(1, 4, 6, 2).entries) expected.push_back(entry);
  EXPECT_EQ(recovered_.at(0).entries, expected);
}

TEST_F(LogStoreTest, AResetRestartsBehindItsPosition) {
  Append(MakeWrite(1, 1, 9, 1));
  GroupWrite write = MakeWrite(1, 51, 52, 4);
  write.reset = LogBase{LogIndex(50), Term(3)};
  Append(write);
  Start();
  EXPECT_EQ(recovered_.at(0).base, (LogBase{LogIndex(50), Term(3)}));
  EXPECT_EQ(recovered_.at(0).entries, write.entries);
}

// Fault 49: the id of a dropped partition must not bring its old records back.
TEST_F(LogStoreTest, ARemovedGroupIsForgottenAndItsIdRefused) {
  Append(MakeWrite(1, 1, 3));
  Append(MakeWrite(2, 1, 3));
  GroupWrite removal;
  removal.partition = PartitionId(1);
  removal.remove = true;
  Append(removal);
  const absl::Status again = store_->Append({{MakeWrite(1, 1, 1)}});
  EXPECT_EQ(ReasonOf(again), "PARTITION_REMOVED");
  Start();
  ASSERT_THAT(recovered_, SizeIs(1));
  EXPECT_EQ(recovered_[0].partition, PartitionId(2));
  EXPECT_EQ(ReasonOf(store_->Append({{MakeWrite(1, 1, 1)}})), "PARTITION_REMOVED");
  Append(removal);  // again is fine
  Append(MakeWrite(2, 4, 4));
}

TEST_F(LogStoreTest, RefusesAGapAndWritesNothingOfTheBatch) {
  Append(MakeWrite(1, 1, 3));
  const absl::Status gap = store_->Append({{MakeWrite(2, 1, 1), MakeWrite(1, 5, 5)}});
  EXPECT_TRUE(absl::IsInvalidArgument(gap)) << gap;
  EXPECT_EQ(ReasonOf(gap), "LOG_OUT_OF_ORDER");
  store_->Release(PartitionId(1), LogIndex(2));
  EXPECT_TRUE(absl::IsInvalidArgument(store_->Append({{MakeWrite(1, 2, 2)}}))) << "released";
  Append(MakeWrite(1, 4, 4));
  Start();
  ASSERT_THAT(recovered_, SizeIs(1));
  EXPECT_EQ(recovered_[0].entries.back().index, LogIndex(4));
}

TEST_F(LogStoreTest, ARecordLargerThanASegmentGetsOneOfItsSize) {
  Append(MakeWrite(1, 1, 1));
  Append(MakeWrite(1, 2, 2, 1, 100'000));
  Append(MakeWrite(1, 3, 3));
  Start();
  EXPECT_THAT(recovered_.at(0).entries, SizeIs(3));
  EXPECT_EQ(recovered_[0].entries[1].data.size(), 100'000u);
}

TEST_F(LogStoreTest, ReleasedSegmentsAreUsedAgain) {
  Fill(1, 200);
  EXPECT_LE(store_->stats().segments, 2u);
  EXPECT_LE(files_.used_bytes(), 4 * options_.segment_bytes);
  Start();
  EXPECT_EQ(recovered_.at(0).base.index.value() + recovered_[0].entries.size(), 200u);
}

TEST_F(LogStoreTest, RecyclesAtTheNextAppendWithoutANewSegment) {
  for (uint64_t i = 1; i <= 13; ++i) Append(MakeWrite(1, i, i, 1, 3000));
  const uint64_t before = store_->stats().segments;
  ASSERT_GE(before, 3u);
  store_->Release(PartitionId(1), LogIndex(13));
  Append(HardStateOf(1, 2));
  EXPECT_EQ(store_->stats().segments, 1u);
  Start();
  EXPECT_EQ(recovered_.at(0).base, (LogBase{LogIndex(13), Term(1)}));
  EXPECT_EQ(recovered_[0].hard_state.term, Term(2));
}

TEST_F(LogStoreTest, ReleaseAloneIsNotDurableAndLosesNothing) {
  Append(MakeWrite(1, 1, 5));
  store_->Release(PartitionId(1), LogIndex(5));
  Start();
  EXPECT_THAT(recovered_.at(0).entries, SizeIs(5));
}

TEST_F(LogStoreTest, ReleasesBeyondTheEndOrOfUnknownGroupsAreHarmless) {
  Append(MakeWrite(1, 1, 5));
  store_->Release(PartitionId(1), LogIndex(500));
  store_->Release(PartitionId(9), LogIndex(5));
  Append(MakeWrite(1, 6, 6));
  Start();
  EXPECT_EQ(recovered_.at(0).entries.back().index, LogIndex(6));
}

// The oldest segment may hold nothing but hard states, which the next one's
// checkpoint takes over; crashes strike between each two steps of that.
TEST_F(LogStoreTest, HardStatesOutliveCrashesAtTheChangeOfSegments) {
  for (uint64_t seed = 1; seed <= 150; ++seed) {
    SimFiles files(seed);
    uint64_t written = 0, sent = 0;
    for (int life = 0; life < 30; ++life) {
      auto store = LogStore::Open(files, {.segment_bytes = 4 * kBlock}).value();
      const auto recovered = store->TakeRecovered();
      const uint64_t term = recovered.empty() ? 0 : recovered[0].hard_state.term.value();
      ASSERT_GE(term, written) << "seed " << seed << " life " << life;
      ASSERT_LE(term, sent);
      sent = written = term;
      if (life % 3 != 0) {
        ASSERT_TRUE(store->Append({{HardStateOf(1, ++sent)}}).ok());
        written = sent;
      }
      files.BeginUnsynced();
      ASSERT_TRUE(store->Append({{HardStateOf(1, ++sent)}}).ok());
      files.Crash();
    }
  }
}

TEST_F(LogStoreTest, AStragglersEntriesAreCopiedForward) {
  options_.copy_forward_segments = 3;
  Start();
  Append(MakeWrite(9, 1, 4, 7));
  ASSERT_TRUE(store_->Append({{HardStateOf(9, 8)}}).ok());
  Fill(1, 200);
  EXPECT_LE(store_->stats().segments, 4u);
  EXPECT_GT(store_->stats().copied_entries, 0u);
  Start();
  ASSERT_THAT(recovered_, SizeIs(2));
  EXPECT_EQ(recovered_[1].partition, PartitionId(9));
  EXPECT_EQ(recovered_[1].hard_state.term, Term(8));
  EXPECT_EQ(recovered_[1].entries, MakeWrite(9, 1, 4, 7).entries);
}

TEST_F(LogStoreTest, AStragglerWithMuchIsNotCopied) {
  options_.copy_forward_segments = 3;
  options_.copy_forward_bytes = 1000;
  Start();
  Append(MakeWrite(9, 1, 4, 7, 500));
  Fill(1, 100);
  EXPECT_EQ(store_->stats().copied_entries, 0u);
  EXPECT_GT(store_->stats().segments, 10u);
}

TEST_F(LogStoreTest, AStragglerSpreadOverSegmentsIsCopiedWhole) {
  options_.copy_forward_segments = 3;
  Start();
  uint64_t index = 0;
  for (int i = 0; i < 60; ++i) {
    if (i % 20 == 0) {
      Append(MakeWrite(9, index + 1, index + 3, 7));
      index += 3;
      Append(MakeWrite(9, index, index, 8));  // its last is overwritten
    }
    Fill(1, 1);
    Start();
  }
  EXPECT_GT(store_->stats().segments, 0u);
  ASSERT_THAT(recovered_, SizeIs(2));
  EXPECT_THAT(recovered_[1].entries, SizeIs(9));
  EXPECT_EQ(recovered_[1].entries[2].term, Term(8));
}

// Fault 7: a failed sync is never tried again.
TEST_F(LogStoreTest, AFailedSyncEndsTheLog) {
  Append(MakeWrite(1, 1, 1));
  files_.FailNextSync();
  const absl::Status failed = store_->Append({{MakeWrite(1, 2, 2)}});
  EXPECT_TRUE(absl::IsInternal(failed)) << failed;
  const uint64_t syncs = files_.syncs();
  EXPECT_EQ(store_->Append({{MakeWrite(1, 2, 2)}}), failed);
  EXPECT_EQ(files_.syncs(), syncs);
  Start();
  EXPECT_GE(recovered_.at(0).entries.size(), 1u);
}

// Fault 34: a full disk refuses, loses nothing, and heals.
TEST_F(LogStoreTest, AFullDiskRefusesAndGoesOnOnceThereIsRoom) {
  files_.SetCapacityBytes(3 * options_.segment_bytes);
  uint64_t index = 0;
  absl::Status appended;
  while (appended.ok()) {
    ++index;
    appended = store_->Append({{MakeWrite(1, index, index, 1, 3000)}});
  }
  EXPECT_TRUE(absl::IsResourceExhausted(appended)) << appended;
  EXPECT_TRUE(absl::IsResourceExhausted(store_->Append({{MakeWrite(1, index, index, 1, 3000)}})));
  Start();
  EXPECT_THAT(recovered_.at(0).entries, SizeIs(index - 1));
  files_.SetCapacityBytes(UINT64_MAX);
  Append(MakeWrite(1, index, index));
}

TEST_F(LogStoreTest, AReleaseMakesRoomOnAFullDisk) {
  files_.SetCapacityBytes(3 * options_.segment_bytes);
  for (const bool restart : {false, true}) {
    LogIndex last = recovered_.empty() ? LogIndex() : recovered_[0].entries.back().index;
    absl::Status appended;
    for (; appended.ok(); last = last.next()) {
      const uint64_t next = last.value() + 1;
      appended = store_->Append({{MakeWrite(1, next, next, 1, 3000)}});
    }
    ASSERT_TRUE(absl::IsResourceExhausted(appended)) << appended;
    if (restart) Start();
    store_->Release(PartitionId(1), last.prev());
    Append(MakeWrite(1, last.value(), last.value(), 1, 3000));
    Start();
    EXPECT_EQ(recovered_.at(0).entries.back().index, last);
  }
}

TEST_F(LogStoreTest, AFullDiskDoesNotKeepANodeFromStarting) {
  Append(MakeWrite(1, 1, 5));
  store_.reset();
  const std::vector<std::string> names = files_.List().value();
  for (const std::string& name : names) {
    if (name.starts_with("spare-")) {
      ASSERT_TRUE(files_.Remove(name).ok());
    }
  }
  files_.SetCapacityBytes(files_.used_bytes());
  Start();
  EXPECT_THAT(recovered_.at(0).entries, SizeIs(5));
  Append(MakeWrite(1, 6, 6));
}

TEST_F(LogStoreTest, AddedSparesAreUsed) {
  options_.spare_segments = 2;
  Start();
  files_.SetCapacityBytes(files_.used_bytes());  // none can be made at need
  for (uint64_t i = 1; i <= 8; ++i) Append(MakeWrite(1, i, i, 1, 3000));
  const auto wanted = store_->WantedSpare();
  ASSERT_TRUE(wanted.has_value());
  EXPECT_EQ(wanted->size_bytes, options_.segment_bytes);
  files_.SetCapacityBytes(UINT64_MAX);
  ASSERT_TRUE(files_.Create(wanted->name, wanted->size_bytes).ok());
  store_->AddSpare(wanted->name);
  files_.SetCapacityBytes(files_.used_bytes());
  for (uint64_t i = 9; i <= 14; ++i) Append(MakeWrite(1, i, i, 1, 3000));
  Start();
  EXPECT_THAT(recovered_.at(0).entries, SizeIs(14));
}

TEST_F(LogStoreTest, RefusesAnImpossibleSegmentSize) {
  for (const uint64_t bytes : {uint64_t{0}, 3 * kBlock, 8 * kBlock + 1}) {
    SimFiles files(1);
    const auto store = LogStore::Open(files, {.segment_bytes = bytes});
    EXPECT_TRUE(absl::IsInvalidArgument(store.status()));
    EXPECT_THAT(std::string(store.status().message()), HasSubstr(StrCat(bytes)));
  }
}

TEST_F(LogStoreTest, AChangedSegmentSizeReadsTheOldSegments) {
  for (uint64_t i = 1; i <= 20; ++i) Append(MakeWrite(1, i, i, 1, 3000));
  options_.segment_bytes = 16 * kBlock;
  Start();
  EXPECT_THAT(recovered_.at(0).entries, SizeIs(20));
  for (uint64_t i = 21; i <= 60; ++i) Append(MakeWrite(1, i, i, 1, 3000));
  options_.segment_bytes = 4 * kBlock;
  Start();
  EXPECT_THAT(recovered_.at(0).entries, SizeIs(60));
}

}  // namespace
}  // namespace quorate
