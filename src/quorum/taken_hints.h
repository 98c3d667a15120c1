// Writes that other nodes had kept and handed over, as the replica that takes them
// knows them: a keeper hands over those of a partition one by one, by rising
// numbers, and asks this replica until it has its answer. So the last number taken
// tells all that need not be done again; it becomes durable together with the write.
#pragma once

#include <cstdint>
#include <map>

#include "base/ids.h"

namespace quorate::quorum {

struct HintNumber {
  NodeId keeper;
  uint64_t number = 0;  // 0: it is no hint
  explicit operator bool() const { return number != 0; }
  friend bool operator==(const HintNumber&, const HintNumber&) = default;
};

// The last one taken from each keeper.
using TakenHints = std::map<NodeId, uint64_t>;

}  // namespace quorate::quorum
