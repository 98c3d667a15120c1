#include "kv/snapshot.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "kv/layout.h"
#include "kv/snapshot_chunk.h"
#include "storage/mem_engine.h"
#include "world.h"

namespace quorate::kv {
namespace {

std::vector<std::string> ReadChunks(const Engine& engine, size_t chunk_bytes) {
  std::vector<std::string> chunks;
  auto reader = SnapshotReader::Open(kPartition, engine, chunk_bytes);
  EXPECT_TRUE(reader.ok()) << reader.status();
  for (bool last = !reader.ok(); !last;) {
    auto chunk = (*reader)->Next();
    EXPECT_TRUE(chunk.ok()) << chunk.status();
    if (!chunk.ok()) break;
    last = chunk->last;
    chunks.push_back(std::move(chunk->data));
  }
  return chunks;
}

absl::Status Install(const std::vector<std::string>& chunks, Engine& engine, LogIndex index) {
  auto writer = SnapshotWriter::Begin(kPartition, engine);
  if (!writer.ok()) return writer.status();
  for (const std::string& chunk : chunks) {
    absl::Status status = (*writer)->Add(chunk);
    if (!status.ok()) return status;
  }
  return (*writer)->Commit(index, Term(1));
}

class SnapshotTest : public ::testing::TestWithParam<EngineKind> {
 protected:
  void SetUp() override {
    for (int i = 0; i < 40; ++i) {
      source_.Run(Put("key" + std::to_string(i), std::string(50, 'v')));
    }
    source_.Run(Add("n", 1));  // the 41st entry
    // Whatever stands in the target's range or beside it.
    target_.Run({Put("key1", "stale"), Put("zzz", "stale")});
    StateMachine neighbour(PartitionId(kPartition.value() + 1), *target_engine_);
    EXPECT_TRUE(neighbour.Apply({CommandEntry(LogIndex(1), {Command{{Put("a", "x")}}})}, "").ok());
    EXPECT_TRUE(target_engine_->Flush().ok());
    before_ = Dump(*target_engine_);
  }

  void ExpectRefused(const std::vector<std::string>& chunks, const std::string& reason) {
    const absl::Status status = Install(chunks, *target_engine_, LogIndex(41));
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
    EXPECT_EQ(ReasonOf(status), reason) << status;
    EXPECT_EQ(Dump(*target_engine_), before_);
  }

  std::unique_ptr<Engine> source_engine_ = MakeEngine(EngineKind::kMemory);
  Partition source_{*source_engine_};
  std::unique_ptr<Engine> target_engine_ = MakeEngine(GetParam());
  Partition target_{*target_engine_};
  std::vector<std::pair<std::string, std::string>> before_;
};

TEST_P(SnapshotTest, MakesTheTargetEqualWhateverStoodThere) {
  for (size_t chunk_bytes : {size_t{1}, size_t{300}, kSnapshotChunkBytesDefault}) {
    ASSERT_TRUE(
        Install(ReadChunks(*source_engine_, chunk_bytes), *target_engine_, LogIndex(41)).ok());
    ASSERT_TRUE(target_.state.Load().ok());
    AppliedState expected = source_.state.applied();
    expected.by_entries = false;  // the target's own log knows nothing of them
    EXPECT_EQ(target_.state.applied(), expected);
    EXPECT_EQ(target_.Digest(), source_.Digest());
    EXPECT_EQ(target_.ValueOf("zzz"), "-");
    EXPECT_EQ(target_.state.Durable()->index, LogIndex(41)) << "installed means durable";
  }
  StateMachine neighbour(PartitionId(kPartition.value() + 1), *target_engine_);
  EXPECT_TRUE((*neighbour.Get("a")).has_value()) << "the next partition is untouched";
}

TEST_P(SnapshotTest, ChunksHoldAboutWhatWasAsked) {
  const auto chunks = ReadChunks(*source_engine_, 500);
  EXPECT_GT(chunks.size(), 3u);
  for (const std::string& chunk : chunks) EXPECT_LT(chunk.size(), 700u);
  EXPECT_EQ(ReadChunks(*source_engine_, 1).size(), 42u);
}

TEST_P(SnapshotTest, AReaderShowsTheMomentItWasOpened) {
  auto reader = SnapshotReader::Open(kPartition, *source_engine_, 1 << 20);
  ASSERT_TRUE(reader.ok());
  const uint64_t digest = source_.Digest();
  source_.Run(Put("later", "x"));
  EXPECT_EQ((*reader)->applied().index, LogIndex(41));
  ASSERT_TRUE(Install({(*reader)->Next()->data}, *target_engine_, LogIndex(41)).ok());
  ASSERT_TRUE(target_.state.Load().ok());
  EXPECT_EQ(target_.Digest(), digest);
}

TEST_P(SnapshotTest, NothingShowsBeforeCommitAndADroppedWriterLeavesNoTrace) {
  auto writer = SnapshotWriter::Begin(kPartition, *target_engine_);
  ASSERT_TRUE(writer.ok());
  for (const auto& chunk : ReadChunks(*source_engine_, 300)) {
    ASSERT_TRUE((*writer)->Add(chunk).ok());
  }
  EXPECT_EQ(Dump(*target_engine_), before_);
  writer->reset();
  EXPECT_EQ(Dump(*target_engine_), before_);
}

TEST_P(SnapshotTest, EveryDamagedByteOfAChunkIsNoticed) {
  const auto chunks = ReadChunks(*source_engine_, 300);
  for (size_t at = 0; at < chunks[1].size(); ++at) {
    auto writer = SnapshotWriter::Begin(kPartition, *target_engine_);
    ASSERT_TRUE(writer.ok() && (*writer)->Add(chunks[0]).ok());
    std::string damaged = chunks[1];
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    EXPECT_EQ((*writer)->Add(damaged).code(), absl::StatusCode::kInvalidArgument) << at;
    EXPECT_TRUE((*writer)->Add(chunks[1]).ok()) << "it may be sent again";
  }
}

TEST_P(SnapshotTest, ChunksThatAreLostRepeatedOrSwappedAreNoticed) {
  const auto chunks = ReadChunks(*source_engine_, 300);
  auto lost = chunks, repeated = chunks, swapped = chunks, headless = chunks;
  lost.erase(lost.begin() + 2);
  repeated.insert(repeated.begin() + 2, chunks[1]);
  std::swap(swapped[1], swapped[2]);
  headless.erase(headless.begin());
  for (const auto& wrong : {lost, repeated, swapped, headless}) {
    ExpectRefused(wrong, "SNAPSHOT_CHUNK_DAMAGED");
  }
}

TEST_P(SnapshotTest, ChunksOfTwoSnapshotsDoNotMix) {
  auto mixed = ReadChunks(*source_engine_, 300);
  const auto other = ReadChunks(*source_engine_, 400);
  std::copy(other.begin() + 3, other.end(), mixed.begin() + 3);
  mixed.resize(other.size());
  ExpectRefused(mixed, "SNAPSHOT_CHUNK_DAMAGED");
}

TEST_P(SnapshotTest, AnIncompleteSnapshotIsNotInstalled) {
  auto chunks = ReadChunks(*source_engine_, 300);
  chunks.pop_back();
  ExpectRefused(chunks, "SNAPSHOT_INCOMPLETE");
  ExpectRefused({}, "SNAPSHOT_INCOMPLETE");
}

TEST_P(SnapshotTest, NothingComesBehindTheLastChunk) {
  auto chunks = ReadChunks(*source_engine_, 300);
  chunks.push_back(chunks.back());
  ExpectRefused(chunks, "SNAPSHOT_COMPLETE");
}

TEST_P(SnapshotTest, ASnapshotOfAnotherPositionIsNotInstalled) {
  const auto chunks = ReadChunks(*source_engine_, 300);
  EXPECT_EQ(ReasonOf(Install(chunks, *target_engine_, LogIndex(40))), "SNAPSHOT_MISMATCH");
  auto writer = SnapshotWriter::Begin(kPartition, *target_engine_);
  for (const auto& chunk : chunks) ASSERT_TRUE((*writer)->Add(chunk).ok());
  EXPECT_EQ(ReasonOf((*writer)->Commit(LogIndex(41), Term(2))), "SNAPSHOT_MISMATCH");
  EXPECT_EQ(Dump(*target_engine_), before_);
}

TEST_P(SnapshotTest, RecordsOutOfPlaceAreRefusedThoughTheChecksumFits) {
  const std::string applied = source_.state.applied().Encode();
  const std::vector<std::vector<std::pair<std::string, std::string>>> wrong = {
      {{"\x02"
        "a",
        "1"}},  // no position
      {{"\x01", applied},
       {"\x02"
        "b",
        "1"},
       {"\x02"
        "a",
        "1"}},  // falling
      {{"\x01", applied},
       {"\x02"
        "a",
        "1"},
       {"\x02"
        "a",
        "1"}},                             // twice
      {{"\x01", applied}, {"\x05", "1"}},  // of no known kind
      {{"\x01", applied}, {"\x01", applied}},
      {{"\x01", "not a position"}},
  };
  for (const auto& records : wrong) {
    ChunkBuilder builder;
    for (const auto& [key, value] : records) builder.Add(key, value);
    ExpectRefused({builder.Finish(true)}, "SNAPSHOT_MALFORMED");
  }
}

TEST_P(SnapshotTest, ADamagedRecordDoesNotSpread) {
  EngineBatch batch;
  batch.PutKey(RecordKey(kPartition, "key3"), std::string(80, 'x'));
  ASSERT_TRUE(source_engine_->Write(batch).ok());
  auto reader = SnapshotReader::Open(kPartition, *source_engine_, 1 << 20);
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ((*reader)->Next().status().code(), absl::StatusCode::kDataLoss);
}

TEST_P(SnapshotTest, AnEmptyPartitionHasNone) {
  const auto reader = SnapshotReader::Open(PartitionId(99), *source_engine_, 1000);
  EXPECT_EQ(ReasonOf(reader.status()), "PARTITION_EMPTY");
}

INSTANTIATE_TEST_SUITE_P(Engines, SnapshotTest,
                         ::testing::Values(EngineKind::kMemory, EngineKind::kRocks),
                         [](const auto& info) { return EngineName(info.param); });

}  // namespace
}  // namespace quorate::kv
