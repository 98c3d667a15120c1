// RocksDB's memtable, for a state that is written and read by key far more often than it is
// scanned. A hash finds a key's versions, newest first; scans and flushes read runs that are
// sorted whenever some thousand entries have come, or somebody asks for the order. Both touch
// two or three places in memory where a skip list walks through some twenty.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "absl/types/span.h"
#include "rocksdb/memtablerep.h"

namespace quorate {

// Keys in the plain order of bytes, one writer at a time, any number of readers: to be used
// with `allow_concurrent_memtable_write` off. `memtable_bytes` sizes the hash.
class HashedMemtables : public rocksdb::MemTableRepFactory {
 public:
  // Fetches into the processor's cache where the newest memtable has these keys: one that is
  // put or got by itself waits for memory twice, all that are fetched together about as long.
  // Any thread.
  virtual void Prefetch(absl::Span<const std::string_view> keys) const = 0;
};
std::shared_ptr<HashedMemtables> MakeHashedMemtables(size_t memtable_bytes);

}  // namespace quorate
