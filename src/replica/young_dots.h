// Which keys the dots of one replica's life concern, of those that are in memory alone. They
// come and go in rows, and lie as such.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/functional/function_ref.h"
#include "base/ids.h"
#include "quorum/counter_set.h"

namespace quorate {

class YoungDots {
 public:
  // None of `range` is in here. `keys`: one for each, behind its length.
  void Add(quorum::CounterRange range, std::string keys, LogIndex index);
  // The lowest index of those that went; none: `none`.
  LogIndex Erase(quorum::CounterRange range, LogIndex none);

  bool empty() const { return rows_.empty(); }
  LogIndex LowestIndex(LogIndex none) const;
  std::vector<quorum::CounterRange> ranges() const;
  // Those of entries up to `to`.
  std::vector<quorum::CounterRange> RangesUpTo(LogIndex to) const;
  // Of those in `range`, rising, until `use` returns false.
  void ForEach(quorum::CounterRange range,
               absl::FunctionRef<bool(uint64_t counter, std::string_view key)> use) const;

 private:
  struct Row {
    uint64_t last = 0;
    LogIndex index;
    std::string keys;
  };
  using Rows = absl::btree_map<uint64_t, Row>;  // by the first counter

  // The first row with anything at or behind `counter`.
  Rows::const_iterator From(uint64_t counter) const;

  Rows rows_;
};

}  // namespace quorate
