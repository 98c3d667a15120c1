// What a key holds under a conflict policy that keeps all concurrent writes:
// mode quorum, policies siblings, set and map.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"

namespace quorate::kv {

struct Mutation;
struct Record;

struct Sibling {
  std::string value;
  uint64_t version = 0;
  uint64_t expires_at_us = 0;  // calendar; 0: never
  friend bool operator==(const Sibling&, const Sibling&) = default;
};

struct Field {
  using Elements = std::vector<std::string>;
  std::string name;
  std::variant<std::string, int64_t, Elements> kind;  // a value, a counter, a set
  friend bool operator==(const Field&, const Field&) = default;
};

struct Merged {
  // Opaque, for a write that is to replace or remove just this.
  std::string context;
  std::vector<Sibling> siblings;      // newest first; the first is the record's value as well
  std::vector<std::string> elements;  // of a set, sorted
  std::vector<Field> fields;          // of a map, sorted by name
  friend bool operator==(const Merged&, const Merged&) = default;
};

// Keys and values of a record, as limits of answers count them.
size_t BytesOf(const Record& record);

// INVALID_ARGUMENT, MERGING_POLICY_NEEDED: contexts and changes of sets and maps
// mean nothing where all writes have one order.
absl::Status CheckInOneOrder(const Mutation& mutation);

}  // namespace quorate::kv
