// Judges what clients of counters and sets without a leader are told, and what is
// there at the end.
//
// What it holds against the system:
//   a counter is never more than all that may have been added, and for a read at
//     QUORUM or ALL never less than what was added at those levels before it began,
//     nor than such a read before it;
//   at the end it is at least what was acknowledged at any level: so exactly that,
//     where every outcome is known;
//   an element is in a set only if it was added; at QUORUM or ALL it is there from
//     its acknowledgement on until a removal that had read it, and not after that.
//
// Counters are only added to, and an element is added once.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/level.h"

namespace quorate::sim {

struct MergingOp {
  enum class Kind : uint8_t { kCount, kAdd, kRemove, kRead };
  uint64_t id = 0;
  std::string key;
  Kind kind = Kind::kRead;
  Level level = Level::kQuorum;
  int64_t delta = 0;    // kCount
  std::string element;  // kAdd, kRemove
  std::string context;  // kRemove
};

class MergingOracle {
 public:
  explicit MergingOracle(std::function<void(std::string)> violation)
      : violation_(std::move(violation)) {}

  void Invoked(const MergingOp& op);
  // Certainly not done.
  void Failed(const MergingOp& op);
  void Done(const MergingOp& op);
  void ReadCounter(const MergingOp& op, int64_t value);
  void ReadSet(const MergingOp& op, const std::vector<std::string>& elements);

  // When nothing is under way and all replicas hold the same. Empty: nothing.
  std::string WhatIsWrongWithCounter(const std::string& key, int64_t value) const;
  std::string WhatIsWrongWithSet(const std::string& key,
                                 const std::vector<std::string>& elements) const;

  uint64_t done() const { return done_; }

 private:
  // Steps are of this oracle, from 1; 0: not yet.
  struct Element {
    bool possible = false;      // an addition may have been done
    bool acknowledged = false;  // at any level
    uint64_t certain_from = 0;  // at a level that counts, or read at one
    uint64_t removals = 0;      // that may have been done
    bool removed = false;       // acknowledged at any level
    uint64_t removed_from = 0;  // at a level that counts
  };
  struct Counter {
    int64_t possible = 0;
    int64_t acknowledged = 0;
    int64_t certain = 0;  // acknowledged at a level that counts
    int64_t read = 0;     // the most that was read at one
  };

  void Violation(const MergingOp& op, const std::string& what);

  std::function<void(std::string)> violation_;
  std::map<std::string, Counter> counters_;
  std::map<std::string, std::map<std::string, Element>> sets_;
  std::map<uint64_t, uint64_t> began_;  // operation to step
  std::map<uint64_t, int64_t> floors_;  // of counters, when the operation began
  uint64_t step_ = 0;
  uint64_t done_ = 0;
};

}  // namespace quorate::sim
