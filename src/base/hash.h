// Hashing of keys to the ring and checksums of bytes.
#pragma once

#include <compare>
#include <cstdint>
#include <string_view>

namespace quorate {

// XXH3 64-bit. Stable for ever: it decides where keys live and guards records
// on disk.
uint64_t Hash64(std::string_view bytes, uint64_t seed = 0);

// XXH3 128-bit, as stable: names contents of which no two may be taken for one.
// It guards against chance, not against those who try.
struct Hash128 {
  uint64_t high = 0;
  uint64_t low = 0;
  friend auto operator<=>(const Hash128&, const Hash128&) = default;
};
Hash128 WideHash(std::string_view bytes);

// The part of a key that places it: what stands between the first '{' and the
// next '}' if that is not empty, else the whole key. Keys of one tag share a
// partition.
std::string_view PlacementTag(std::string_view key);

// Where a key falls on the ring.
inline uint64_t KeyHash(std::string_view key) { return Hash64(PlacementTag(key)); }

// Which of `arcs` equal arcs of the ring holds `hash`; arcs > 0.
inline uint32_t ArcOf(uint64_t hash, uint32_t arcs) {
  __extension__ typedef unsigned __int128 Wide;
  return static_cast<uint32_t>((static_cast<Wide>(hash) * arcs) >> 64);
}

}  // namespace quorate
