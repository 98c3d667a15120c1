#include "backup/chunk_cutter.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "backup/heaps.h"
#include "backup/records.h"

namespace quorate::backup {
namespace {

constexpr CutSizes kSmall{.bytes_min = 4 << 10, .bytes_wanted = 16 << 10, .bytes_max = 64 << 10};

std::set<std::string> NamesOf(const std::vector<v1::ArcChunk>& chunks) {
  std::set<std::string> names;
  for (const v1::ArcChunk& chunk : chunks) names.insert(chunk.name());
  return names;
}

// How many chunks of `after` are not in `before`.
size_t New(const std::vector<v1::ArcChunk>& before, const std::vector<v1::ArcChunk>& after) {
  const std::set<std::string> known = NamesOf(before);
  return static_cast<size_t>(std::count_if(
      after.begin(), after.end(), [&](const auto& one) { return !known.contains(one.name()); }));
}

TEST(ChunkCutterTest, NoRecordIsLostOrMoved) {
  const Heap heap = RandomHeap(5000, 1);
  Heap read;
  for (const v1::ArcChunk& chunk : Cut(heap, kSmall)) {
    EXPECT_EQ(NameOf(chunk.data()), chunk.name());
    EXPECT_EQ(chunk.data().size(), chunk.bytes());
    RecordReader reader(chunk.data());
    uint64_t records = 0;
    for (v1::Record record; reader.Next(record).value(); ++records) {
      read.emplace(record.key(), record);
    }
    EXPECT_EQ(records, chunk.records());
  }
  ASSERT_EQ(read.size(), heap.size());
  for (const auto& [key, record] : heap) {
    EXPECT_EQ(read.at(key).SerializeAsString(), record.SerializeAsString());
  }
}

TEST(ChunkCutterTest, ChunksAreAsLargeAsIsWantedWhateverTheSizeOfRecords) {
  for (const size_t value_bytes : {10, 100, 1000, 10'000}) {
    const Heap heap = RandomHeap(4'000'000 / (value_bytes + 30), 7, value_bytes);
    const auto chunks = Cut(heap, kSmall);
    uint64_t bytes = 0;
    for (size_t i = 0; i < chunks.size(); ++i) {
      bytes += chunks[i].bytes();
      EXPECT_LE(chunks[i].bytes(), kSmall.bytes_max + value_bytes + 100);
      const bool last = i + 1 == chunks.size();
      EXPECT_TRUE(last || chunks[i].bytes() >= kSmall.bytes_min);
    }
    const uint64_t mean = bytes / chunks.size();
    EXPECT_GT(mean, 12u << 10) << value_bytes;
    EXPECT_LT(mean, 30u << 10) << value_bytes;
  }
}

TEST(ChunkCutterTest, AChangeConcernsTheChunksAroundItAlone) {
  Heap heap = RandomHeap(20'000, 3);
  const auto before = Cut(heap, kSmall);
  ASSERT_GT(before.size(), 100u);
  heap.begin()->second.set_value("changed");
  EXPECT_LE(New(before, Cut(heap, kSmall)), 2u);
  const auto changed = Cut(heap, kSmall);
  heap.erase(std::next(heap.begin(), 10'000));
  EXPECT_LE(New(changed, Cut(heap, kSmall)), 2u);
  const auto deleted = Cut(heap, kSmall);
  Put(heap, "key-5000x", "new");
  EXPECT_LE(New(deleted, Cut(heap, kSmall)), 2u);
}

TEST(ChunkCutterTest, ALongRunOfRecordsThatEndNoChunkIsCutAllTheSame) {
  const Heap one = {{"k", RandomHeap(1, 1, 200'000).begin()->second}};
  EXPECT_EQ(Cut(one, kSmall).size(), 1u);
  EXPECT_TRUE(Cut({}, kSmall).empty());
}

}  // namespace
}  // namespace quorate::backup
