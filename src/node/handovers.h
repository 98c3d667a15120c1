// Hints that other nodes have handed to this one, so that one that comes again is
// not done again: its sender asks until it has an answer, and sends the next of a
// partition only then. Of this life of the node alone.
#pragma once

#include <cstdint>
#include <map>
#include <utility>

#include "base/ids.h"
#include "replica/request.h"

namespace quorate {

class Handovers {
 public:
  // True: it is to be executed, and `reply` tells of the answer here as well.
  // False: it is known, and `reply` is taken care of.
  bool Begin(NodeId from, PartitionId partition, uint64_t hint, ReplyFn& reply);

 private:
  struct Last {
    uint64_t hint = 0;
    bool done = false;
    absl::Status status;
    ReplyFn reply;
  };
  using Key = std::pair<NodeId, PartitionId>;

  void Finish(const Key& key, uint64_t hint, Reply answer);

  std::map<Key, Last> last_;
};

}  // namespace quorate
