// A scan over all partitions: what to ask each, and one page in key order out
// of their answers. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kv/command.h"

namespace quorate::rpc {

struct ScanBounds {
  uint32_t limit = 0;      // records
  uint64_t bytes_max = 0;  // keys and values; one record is always allowed
};

// The least key behind all that start with `prefix`; empty: there is none.
std::string PrefixEnd(std::string_view prefix);

// The keys of a scan: [start, end) narrowed by prefix, behind `last_key` if the
// scan goes on. nullopt: no key can be in it.
std::optional<kv::Range> ScanRange(std::string_view start, std::string_view end,
                                   std::string_view prefix,
                                   const std::optional<std::string>& last_key);

// What one of `partitions` is to be asked for: its share and some more, for
// keys spread evenly but not exactly so.
ScanBounds ShareOf(const ScanBounds& bounds, size_t partitions);

// The smallest records of all pages, in order, up to the bounds. Nothing
// behind the last record of a page that has more behind it: what lies there
// in that partition isn't known. `more`: the scan isn't at its end.
kv::Page MergePages(std::vector<kv::Page> pages, const ScanBounds& bounds);

}  // namespace quorate::rpc
