#include "backup/heaps.h"

#include <gtest/gtest.h>

#include <random>

#include "backup/records.h"
#include "base/hash.h"

namespace quorate::backup {

void Put(Heap& heap, const std::string& key, const std::string& value, uint64_t expires_at_us) {
  v1::Record& record = heap[key];
  record.set_key(key);
  record.set_value(value);
  record.set_expires_at_us(expires_at_us);
}

Heap RandomHeap(size_t records, uint64_t seed, size_t value_bytes) {
  std::mt19937_64 random(seed);
  Heap heap;
  for (size_t i = 0; i < records; ++i) {
    std::string value(value_bytes, '\0');
    for (char& byte : value) byte = static_cast<char>(random());
    Put(heap, "key-" + std::to_string(i), value);
  }
  return heap;
}

std::vector<v1::ArcChunk> Cut(const Heap& heap, CutSizes sizes) {
  ChunkCutter cutter(sizes);
  std::vector<v1::ArcChunk> chunks;
  for (const auto& [key, record] : heap) {
    if (cutter.Add(record)) chunks.push_back(cutter.Take());
  }
  if (!cutter.empty()) chunks.push_back(cutter.Take());
  return chunks;
}

std::string Keep(Folder& folder, const Heap& heap, uint32_t partitions, uint64_t began_us) {
  v1::BackupManifest manifest;
  manifest.set_began_us(began_us);
  manifest.mutable_keyspace()->set_name("orders");
  for (uint32_t arc = 0; arc < partitions; ++arc) {
    manifest.mutable_keyspace()->add_partitions();
    v1::BackupArc& out = *manifest.add_arcs();
    ChunkCutter cutter({.bytes_min = 2 << 10, .bytes_wanted = 8 << 10, .bytes_max = 32 << 10});
    const auto take = [&] {
      v1::ArcChunk chunk = cutter.Take();
      if (!folder.HasWhole(chunk.name())) {
        EXPECT_TRUE(folder.WriteChunk(chunk.name(), chunk.data()).ok());
      }
      chunk.clear_data();
      out.mutable_end()->set_chunks(out.end().chunks() + 1);
      out.mutable_end()->set_bytes(out.end().bytes() + chunk.bytes());
      *out.add_chunks() = chunk;
    };
    for (const auto& [key, record] : heap) {
      if (ArcOf(KeyHash(key), partitions) == arc && cutter.Add(record)) take();
    }
    if (!cutter.empty()) take();
    cutter.sum().Fill(*out.mutable_end()->mutable_sum());
  }
  const absl::Status written = folder.WriteManifest(manifest);
  EXPECT_TRUE(written.ok()) << written;
  return manifest.id();
}

Heap HeapIn(const Folder& folder, const v1::BackupManifest& manifest) {
  Heap heap;
  for (const v1::BackupArc& arc : manifest.arcs()) {
    for (const v1::ArcChunk& chunk : arc.chunks()) {
      const auto content = folder.ReadChunk(chunk.name());
      EXPECT_TRUE(content.ok()) << content.status();
      if (!content.ok()) continue;
      RecordReader reader(*content);
      for (v1::Record record; reader.Next(record).value();) heap.emplace(record.key(), record);
    }
  }
  return heap;
}

}  // namespace quorate::backup
