// What one replica holds of a key, to be compared with what another does.
#pragma once

#include <cstdint>
#include <string>

namespace quorate {

struct HeldRecord {
  bool held = false;  // false: nothing, and all below is empty
  uint64_t version = 0;
  std::string dot;         // mode quorum: the newest write in it, n1b2.7
  bool tombstone = false;  // it was deleted, and not all replicas are known to know
  uint64_t expires_at_us = 0;
  uint64_t bytes = 0;   // of the value as it is stored
  uint64_t digest = 0;  // of all of it: equal where the replicas hold the same
};

}  // namespace quorate
