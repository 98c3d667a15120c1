// Hints that other nodes hand over here: of those of one node and partition, what
// was sent before the newest that has come is not begun any more. Its sender asks
// one after the other, and may have gone elsewhere with it since. Of this life of the
// node alone, as its connections are; what a replica has taken it knows itself.
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "base/ids.h"

namespace quorate {

class Handovers {
 public:
  // `ask`: the number under which it was sent, which rises. False: it is late, and
  // nobody waits for an answer.
  bool Begin(NodeId from, PartitionId partition, uint64_t ask) {
    uint64_t& newest = newest_[{from, partition}];
    if (ask < newest) return false;
    newest = ask;
    return true;
  }

 private:
  std::map<std::pair<NodeId, PartitionId>, uint64_t> newest_;
};

}  // namespace quorate
