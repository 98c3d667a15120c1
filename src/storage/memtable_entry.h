// One key and value in a memtable of ours, and the order of RocksDB's internal keys over
// the plain order of bytes.
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace quorate {

// A key as RocksDB orders it: by its bytes, then the younger version first. The tag holds
// sequence number and type.
struct VersionedKey {
  std::string_view key;
  uint64_t tag = 0;

  // Of RocksDB's internal key: the key's bytes and eight more, the tag, little endian.
  static VersionedKey Of(std::string_view internal) {
    constexpr size_t kTagBytes = sizeof(uint64_t);
    VersionedKey versioned{internal.substr(0, internal.size() - kTagBytes)};
    std::memcpy(&versioned.tag, internal.data() + versioned.key.size(), kTagBytes);
    return versioned;
  }
  // Of such a key behind its length, a varint.
  static VersionedKey OfPrefixed(const char* bytes) {
    const auto* at = reinterpret_cast<const unsigned char*>(bytes);
    uint32_t length = 0;
    for (int shift = 0;; shift += 7) {
      length |= static_cast<uint32_t>(*at & 0x7f) << shift;
      if ((*at++ & 0x80) == 0) break;
    }
    return Of({reinterpret_cast<const char*>(at), length});
  }
  bool IsBefore(const VersionedKey& other) const {
    const int order = key.compare(other.key);
    return order != 0 ? order < 0 : tag > other.tag;
  }
};

// What stands before RocksDB's bytes of an entry: length as a varint, internal key, value.
// Written by the memtable's one writer; what is not atomic stays as it is once it is linked.
struct MemtableEntry {
  std::atomic<MemtableEntry*> next{nullptr};  // another key of the same bucket
  MemtableEntry* older = nullptr;             // the version of the same key before this one

  char* bytes() { return reinterpret_cast<char*>(this + 1); }
  const char* bytes() const { return reinterpret_cast<const char*>(this + 1); }

  VersionedKey key() const { return VersionedKey::OfPrefixed(bytes()); }
};

// Has the processor fetch what tells the key of `entry`, which may be gone.
inline void Prefetch(const MemtableEntry* entry) {
  constexpr size_t kCacheLineBytes = 64;
  const auto* begin = reinterpret_cast<const char*>(entry);
  __builtin_prefetch(begin);
  __builtin_prefetch(begin + kCacheLineBytes);
}

}  // namespace quorate
