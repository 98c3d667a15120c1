// Records to back up, and what becomes of them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "backup/chunk_cutter.h"
#include "backup/folder.h"

namespace quorate::backup {

using Heap = std::map<std::string, v1::Record>;

void Put(Heap& heap, const std::string& key, const std::string& value, uint64_t expires_at_us = 0);
// Values of incompressible bytes.
Heap RandomHeap(size_t records, uint64_t seed, size_t value_bytes = 100);
std::vector<v1::ArcChunk> Cut(const Heap& heap, CutSizes sizes);

// A backup of `heap` in `folder`, of a keyspace with so many partitions. Its id.
std::string Keep(Folder& folder, const Heap& heap, uint32_t partitions, uint64_t began_us);
// What the backup holds.
Heap HeapIn(const Folder& folder, const v1::BackupManifest& manifest);

}  // namespace quorate::backup
