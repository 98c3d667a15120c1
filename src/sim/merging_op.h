// One call of a client of a keyspace whose policy merges, as its judges see it.
// They judge cells: a key, or a map's key and field.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/time.h"
#include "base/ids.h"
#include "base/level.h"
#include "kv/command.h"

namespace quorate::sim {

struct MergingOp {
  enum class Kind : uint8_t {
    kRead,
    kCount,   // adds `delta` to the counter `cell`
    kAdd,     // adds `value` to the elements of `cell`, a set's or siblings
    kAssign,  // puts `value` into the field `cell`
    kRemove,
  };
  uint64_t id = 0;
  std::string key;
  Kind kind = Kind::kRead;
  Level level = Level::kQuorum;
  absl::Duration bound;  // BOUNDED
  uint32_t session = 0;  // from 1; 0: of none
  std::string cell;
  int64_t delta = 0;
  std::string value;
  // What it takes away, each with its cell: elements, and fields with the value that
  // was shown there last.
  std::vector<std::pair<std::string, std::string>> removes;
  std::vector<std::pair<std::string, std::string>> clears;
  // The oracle's step at which the read had ended whose context it comes with.
  uint64_t shown_at = 0;
  absl::Duration invoked;
  absl::Duration ttl;     // of the sibling that it adds; zero: for ever
  kv::Mutation mutation;  // of a write: what is asked
};

// What a read shows of a key: every cell that the key has in this load.
struct MergingShown {
  std::string key;
  std::map<std::string, int64_t> counters;
  std::map<std::string, std::vector<std::string>> elements;
  std::map<std::string, std::string> fields;  // empty: there is no such field
  std::string context;
  uint64_t shown_at = 0;  // the oracle's step
  NodeId served_by;
};

}  // namespace quorate::sim
