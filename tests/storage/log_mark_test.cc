// Fault 33: an end of the log that was cut off at a record's border looks like
// one that was never written. The mark beside it knows better.
#include "storage/log_mark.h"

#include <string>

#include "base/error.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/log_marker.h"
#include "storage/log_model.h"
#include "storage/log_segments.h"
#include "storage/log_store.h"
#include "storage/sim_files.h"

namespace quorate {
namespace {

constexpr uint64_t kBlock = kFileBlockBytes;
constexpr LogOptions kOptions{.segment_bytes = 64 * kBlock};

// One record of one block for each entry, in one segment; then a vote.
void Write(SimFiles& files, uint64_t entries) {
  auto store = LogStore::Open(files, kOptions).value();
  for (uint64_t i = 1; i <= entries; ++i) {
    ASSERT_TRUE(store->Append({{MakeWrite(1, i, i, 1, 100)}}).ok());
  }
  GroupWrite vote;
  vote.partition = PartitionId(1);
  vote.hard_state = HardState{Term(7), NodeId(3)};
  ASSERT_TRUE(store->Append({{vote}}).ok());
}

// From that byte on nothing was ever written.
void CutAt(SimFiles& files, uint64_t byte) {
  const std::string name = SegmentName(LogSegments::List(files).value().segments.back());
  auto file = files.Open(name).value();
  const uint64_t block = byte / kBlock * kBlock;
  std::string torn = file->Read(block, kBlock).value();
  torn.replace(byte - block, kBlock, kBlock - (byte - block), '\0');
  ASSERT_TRUE(file->WriteDurably(block, torn).ok());
  for (uint64_t at = block + kBlock; at < file->size_bytes(); at += kBlock) {
    ASSERT_TRUE(file->WriteDurably(at, std::string(kBlock, '\0')).ok());
  }
}

uint64_t LastRecord(SimFiles& files) {
  const auto store = LogStore::Open(files, kOptions);
  EXPECT_TRUE(store.ok()) << "the log itself shows nothing: " << store.status();
  return store.ok() ? (*store)->stats().last_record : 0;
}

// Why a start refuses these; empty: it doesn't.
std::string StartOn(SimFiles& log, SimFiles& root) {
  LogOptions options = kOptions;
  options.known_record = LogMark::Open(root).value().record();
  const auto before = log.List().value();
  const auto store = LogStore::Open(log, options);
  if (store.ok()) return "";
  EXPECT_TRUE(absl::IsDataLoss(store.status()));
  EXPECT_EQ(log.List().value(), before) << "what is left stays as it is";
  return ReasonOf(store.status());
}

class LostTailTest : public ::testing::TestWithParam<uint64_t> {};

// Entries at the border of a record, in its middle, at a sector, and the vote alone.
TEST_P(LostTailTest, IsRefusedThoughTheLogLooksWhole) {
  SimFiles log(1), root(2);
  Write(log, 20);
  ASSERT_TRUE(LogMark::Open(root).value().Advance(LastRecord(log)).ok());
  EXPECT_EQ(StartOn(log, root), "") << "nothing is lost yet";
  CutAt(log, GetParam());
  EXPECT_EQ(StartOn(log, root), "LOG_TAIL_LOST");
  EXPECT_EQ(StartOn(log, root), "LOG_TAIL_LOST") << "and again";
  EXPECT_LT(LastRecord(log), 21u);
}

INSTANTIATE_TEST_SUITE_P(Cuts, LostTailTest,
                         ::testing::Values(3000, 11 * kBlock, 11 * kBlock + 100, 11 * kBlock + 512,
                                           21 * kBlock, 21 * kBlock + 48));

TEST(LogMarkTest, ATornRecordThatWasNeverAcknowledgedIsNoLoss) {
  for (uint64_t seed = 1; seed <= 50; ++seed) {
    SimFiles log(seed), root(seed);
    Write(log, 5);
    {
      auto store = LogStore::Open(log, kOptions).value();
      ASSERT_TRUE(LogMark::Open(root).value().Advance(store->stats().last_record).ok());
      log.BeginUnsynced();
      ASSERT_TRUE(store->Append({{MakeWrite(1, 6, 6, 7, 15'000)}}).ok());
    }
    log.Crash();
    EXPECT_EQ(StartOn(log, root), "") << seed;
  }
}

TEST(LogMarkTest, IsThereAfterARestartAndNeverGoesBack) {
  SimFiles root(1);
  EXPECT_EQ(LogMark::Open(root).value().record(), 0u);
  for (const uint64_t record : {3u, 9u, 4u, 10u}) {
    LogMark mark = LogMark::Open(root).value();
    ASSERT_TRUE(mark.Advance(record).ok());
  }
  EXPECT_EQ(LogMark::Open(root).value().record(), 10u);
}

TEST(LogMarkTest, ACrashWhileItIsWrittenLeavesTheOneBefore) {
  for (uint64_t seed = 1; seed <= 200; ++seed) {
    SimFiles root(seed);
    LogMark mark = LogMark::Open(root).value();
    const uint64_t before = seed % 4;  // zero: it is being made
    for (uint64_t record = 1; record <= before; ++record) ASSERT_TRUE(mark.Advance(record).ok());
    root.BeginUnsynced();
    ASSERT_TRUE(mark.Advance(before + 1).ok());
    root.Crash();
    auto found = LogMark::Open(root);
    ASSERT_TRUE(found.ok()) << "seed " << seed << ": " << found.status();
    EXPECT_GE(found->record(), before);
    EXPECT_LE(found->record(), before + 1);
    ASSERT_TRUE(found->Advance(before + 5).ok());
    EXPECT_EQ(LogMark::Open(root).value().record(), before + 5);
  }
}

TEST(LogMarkTest, ADamagedOneIsNotTakenForNone) {
  SimFiles root(1);
  {
    LogMark mark = LogMark::Open(root).value();
    for (const uint64_t record : {3u, 9u}) ASSERT_TRUE(mark.Advance(record).ok());
  }
  root.FlipBit(kLogMarkFile, kBlock + 20, 3);
  EXPECT_EQ(LogMark::Open(root).value().record(), 3u) << "one could be torn";
  root.FlipBit(kLogMarkFile, 20, 3);
  EXPECT_EQ(ReasonOf(LogMark::Open(root).status()), "LOG_DAMAGED");
}

TEST(LogMarkTest, AFullDiskOnlyPutsItOff) {
  SimFiles root(1);
  root.SetCapacityBytes(kBlock);
  LogMark mark = LogMark::Open(root).value();
  EXPECT_TRUE(absl::IsResourceExhausted(mark.Advance(3)));
  root.SetCapacityBytes(UINT64_MAX);
  EXPECT_TRUE(mark.Advance(3).ok());
}

class StillLog final : public LogDevice {
 public:
  LogTicket Submit(LogBatch) override { return {}; }
  void Release(PartitionId, LogIndex) override {}
  LogStats stats() const override { return {.last_record = 42}; }
};

TEST(LogMarkerTest, MarksTheEndAtTheLatestWhenItEnds) {
  SimFiles root(1);
  const StillLog log;
  { const LogMarker marker(LogMark::Open(root).value(), log); }
  EXPECT_EQ(LogMark::Open(root).value().record(), 42u);
}

TEST(LogMarkerTest, WithNothingNewItLeavesTheDiskAlone) {
  SimFiles root(1);
  const StillLog log;
  { const LogMarker first(LogMark::Open(root).value(), log); }
  const uint64_t syncs = root.syncs();
  { const LogMarker second(LogMark::Open(root).value(), log); }
  EXPECT_EQ(root.syncs(), syncs);
}

}  // namespace
}  // namespace quorate
