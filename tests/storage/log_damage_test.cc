// Fault 33: a torn tail is cut; a hole is corruption and refused.
#include <memory>
#include <set>
#include <string>

#include "base/error.h"
#include "base/hash.h"
#include "base/random.h"
#include "base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "storage/log_format.h"
#include "storage/log_model.h"
#include "storage/log_segments.h"
#include "storage/log_store.h"
#include "storage/sim_files.h"

namespace quorate {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr uint64_t kBlock = kFileBlockBytes;
constexpr LogOptions kOptions{.segment_bytes = 8 * kBlock, .spare_segments = 1};

std::string Message(const absl::Status& status) { return std::string(status.message()); }

// A log of several segments, in files that were used before: the entries of
// group 1 up to `entries`, one to a record of one block.
void Write(SimFiles& files, uint64_t entries) {
  auto store = LogStore::Open(files, kOptions).value();
  for (uint64_t i = 1; i <= 40; ++i) {  // an earlier life of the files
    ASSERT_TRUE(store->Append({{MakeWrite(2, i, i, 1, 100)}}).ok());
    store->Release(PartitionId(2), LogIndex(i));
  }
  for (uint64_t i = 1; i <= entries; ++i) {
    ASSERT_TRUE(store->Append({{MakeWrite(1, i, i, 1, 100)}}).ok());
  }
}

std::vector<std::string> SegmentNames(SimFiles& files) {
  std::vector<std::string> names;
  const LogSegments::Listing listing = LogSegments::List(files).value();
  for (const uint64_t number : listing.segments) {
    names.push_back(SegmentName(number));
  }
  return names;
}

// Where the last record of the newest segment stands.
uint64_t LastRecordOffset(SimFiles& files) {
  const std::string name = SegmentNames(files).back();
  const uint64_t number = LogSegments::List(files).value().segments.back();
  auto file = files.Open(name).value();
  uint64_t offset = kBlock, last = 0;
  while (offset < file->size_bytes()) {
    const std::string block = file->Read(offset, kBlock).value();
    const auto bytes = PeekRecordBytes(block, number);
    if (!bytes || !RecordIsIntact(block, number)) break;
    last = offset;
    offset += *bytes;
  }
  return last;
}

absl::StatusOr<std::vector<LogEntry>> Recover(SimFiles& files) {
  auto store = LogStore::Open(files, kOptions);
  if (!store.ok()) return store.status();
  for (RecoveredGroup& group : (*store)->TakeRecovered()) {
    if (group.partition == PartitionId(1)) return std::move(group.entries);
  }
  return std::vector<LogEntry>();
}

TEST(LogDamageTest, AFlippedBitInTheMiddleIsRefusedNamingFileAndWayOut) {
  SimFiles pristine(1);
  Write(pristine, 20);
  const std::vector<std::string> names = SegmentNames(pristine);
  ASSERT_GE(names.size(), 3u);
  Random random(5);
  for (size_t i = 0; i < names.size(); ++i) {
    const bool newest = i + 1 == names.size();
    const uint64_t end = newest ? LastRecordOffset(pristine) : 6 * kBlock;
    for (uint64_t offset = 0; offset < end; offset += random.Between(1, 97)) {
      SimFiles files(1);
      Write(files, 20);
      files.FlipBit(names[i], offset, static_cast<int>(random.Below(8)));
      const absl::Status status = Recover(files).status();
      ASSERT_TRUE(absl::IsDataLoss(status)) << names[i] << " at " << offset << ": " << status;
      ASSERT_THAT(Message(status), AllOf(HasSubstr(names[i]), HasSubstr("damaged at byte"),
                                         HasSubstr("keep its data folder")));
    }
  }
}

TEST(LogDamageTest, AFlippedBitInTheLastRecordCutsItOff) {
  SimFiles probe(1);
  Write(probe, 20);
  const uint64_t start = LastRecordOffset(probe);
  const std::string name = SegmentNames(probe).back();
  Random random(5);
  for (uint64_t offset = start; offset < start + kBlock; offset += random.Between(1, 23)) {
    SimFiles files(1);
    Write(files, 20);
    files.FlipBit(name, offset, static_cast<int>(random.Below(8)));
    const auto entries = Recover(files);
    ASSERT_TRUE(entries.ok()) << entries.status();
    ASSERT_EQ(*entries, MakeWrite(1, 1, 19, 1, 100).entries) << offset;
  }
}

TEST(LogDamageTest, FlippedBitsBehindTheEndDoNoHarm) {
  SimFiles probe(1);
  Write(probe, 20);
  const uint64_t end = LastRecordOffset(probe) + kBlock;
  const std::string name = SegmentNames(probe).back();
  for (uint64_t offset = end; offset < kOptions.segment_bytes; offset += 37) {
    SimFiles files(1);
    Write(files, 20);
    files.FlipBit(name, offset, 2);
    ASSERT_EQ(Recover(files).value(), MakeWrite(1, 1, 20, 1, 100).entries) << offset;
  }
}

TEST(LogDamageTest, ACutTailStaysCutAndTheLogGoesOn) {
  SimFiles files(1);
  Write(files, 20);
  const std::string name = SegmentNames(files).back();
  const uint64_t last = LastRecordOffset(files);
  files.FlipBit(name, last + 60, 1);
  {
    auto store = LogStore::Open(files, kOptions).value();
    // Doesn't fit behind the cut: the next segment begins with it.
    ASSERT_TRUE(store->Append({{MakeWrite(1, 20, 20, 2, 20'000)}}).ok());
  }
  files.FlipBit(name, last + 60, 1);  // the cut record is intact again
  const std::vector<LogEntry> entries = Recover(files).value();
  ASSERT_EQ(entries.size(), 20u);
  EXPECT_EQ(entries.back().term, Term(2));
}

TEST(LogDamageTest, ATornRecordOfSeveralBlocksIsATailWhicheverBlocksAreThere) {
  std::set<size_t> left;
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    SimFiles files(seed);
    Write(files, 5);
    {
      auto store = LogStore::Open(files, kOptions).value();
      files.BeginUnsynced();
      ASSERT_TRUE(store->Append({{MakeWrite(1, 6, 6, 1, 15'000)}}).ok());
    }
    files.Crash();
    const auto entries = Recover(files);
    ASSERT_TRUE(entries.ok()) << "seed " << seed << ": " << entries.status();
    left.insert(entries->size());
  }
  EXPECT_EQ(left, (std::set<size_t>{5, 6}));
}

TEST(LogDamageTest, AMissingSegmentIsRefused) {
  SimFiles pristine(1);
  Write(pristine, 20);
  const std::vector<std::string> names = SegmentNames(pristine);
  ASSERT_GE(names.size(), 3u);
  for (size_t i = 0; i + 1 < names.size(); ++i) {
    SimFiles files(1);
    Write(files, 20);
    ASSERT_TRUE(files.Remove(names[i]).ok());
    EXPECT_TRUE(absl::IsDataLoss(Recover(files).status())) << names[i];
  }
}

TEST(LogDamageTest, ADamagedOnlyRecordIsNotTakenForTheTailOfANewLog) {
  SimFiles files(1);
  Write(files, 0);
  {
    // Until all is in the first record of a segment.
    auto store = LogStore::Open(files, kOptions).value();
    const std::string before = SegmentNames(files).back();
    store->Release(PartitionId(2), LogIndex(40));
    for (uint64_t i = 1; SegmentNames(files).back() == before; ++i) {
      ASSERT_TRUE(store->Append({{MakeWrite(1, i, i, 1, 100)}}).ok());
      store->Release(PartitionId(1), LogIndex(i));
    }
    ASSERT_EQ(store->stats().segments, 1u);
  }
  files.FlipBit(SegmentNames(files).back(), kBlock + 50, 1);
  EXPECT_TRUE(absl::IsDataLoss(Recover(files).status()));
}

TEST(LogDamageTest, RecordsOfAFilesEarlierUseAreNotTakenForItsOwn) {
  // Segments of blocks that were all written before, with other groups' data.
  SimFiles files(1);
  Write(files, 0);
  {
    auto store = LogStore::Open(files, kOptions).value();
    for (uint64_t i = 1; i <= 3; ++i) {
      ASSERT_TRUE(store->Append({{MakeWrite(1, i, i, 1, 100)}}).ok());
    }
  }
  auto store = LogStore::Open(files, kOptions).value();
  for (const RecoveredGroup& group : store->TakeRecovered()) {
    EXPECT_EQ(group.entries.empty() ? group.base.index : group.entries.back().index,
              group.partition == PartitionId(1) ? LogIndex(3) : LogIndex(40));
  }
}

TEST(LogDamageTest, AnUnreadableFileIsAnErrorAndNoEmptyLog) {
  SimFiles files(1);
  Write(files, 20);
  files.FailReads();
  EXPECT_TRUE(absl::IsInternal(Recover(files).status()));
}

TEST(LogDamageTest, ANewerFormatIsRefused) {
  SimFiles files(1);
  auto file = files.Create(SegmentName(1), kOptions.segment_bytes).value();
  std::string block(kBlock, '\0');
  EncodeSegmentHeader({1, 1}, block.data());
  block[16] = 2;  // the version
  const uint64_t checksum = Hash64(std::string_view(block).substr(8), 1);
  block.replace(0, 8, std::string(reinterpret_cast<const char*>(&checksum), 8));
  ASSERT_TRUE(file->WriteDurably(0, block).ok());
  const absl::Status status = Recover(files).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_EQ(ReasonOf(status), "NEWER_FORMAT");
}

}  // namespace
}  // namespace quorate
