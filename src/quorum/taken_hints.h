// Writes that other nodes had kept and handed over, as the replica that takes them
// knows them: a keeper hands over those of a partition one by one, by rising
// numbers, and asks this replica until it has its answer. So the last number taken
// tells all that need not be done again; it becomes durable together with the write.
//
// A keeper whose disk was lost, or is an older copy, gives numbers out again. So each is
// of the life in which it was given, and says nothing of another life's. A keeper hands
// over what it kept in a later life only once it can't ask for an earlier one's again.
#pragma once

#include <cstdint>
#include <map>

#include "base/ids.h"

namespace quorate::quorum {

struct HintNumber {
  NodeId keeper;
  uint64_t number = 0;  // 0: it is no hint
  Boot life = {};       // of the keeper, in which it gave the number
  explicit operator bool() const { return number != 0; }
  friend bool operator==(const HintNumber&, const HintNumber&) = default;
};

struct LastTaken {
  uint64_t number = 0;
  Boot life;
  friend bool operator==(const LastTaken&, const LastTaken&) = default;
};

// From each keeper.
using TakenHints = std::map<NodeId, LastTaken>;

}  // namespace quorate::quorum
