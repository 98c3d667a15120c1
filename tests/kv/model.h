// The state machine said as simply as can be: one map, one command at a time,
// a copy to fall back on. What the real one is compared with.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "kv/command.h"

namespace quorate::kv {

class Model {
 public:
  struct Value {
    std::string value;
    uint64_t version = 0;
    friend bool operator==(const Value&, const Value&) = default;
  };

  // The reason of the failure; empty: it was done.
  struct Outcome {
    std::string reason;
    uint64_t version = 0;
    std::vector<MutationResult> results;
  };
  Outcome Apply(const Command& command);

  const std::map<std::string, Value>& values() const { return values_; }
  uint64_t last_version() const { return last_version_; }

 private:
  bool Holds(const Mutation& mutation) const;
  // The reason of the failure; empty: none.
  std::string Act(const Mutation& mutation, MutationResult& result);

  std::map<std::string, Value> values_;
  uint64_t last_version_ = 0;
};

// Commands over few keys, so that they meet; some of them fail.
Command RandomCommand(Random& random);

}  // namespace quorate::kv
