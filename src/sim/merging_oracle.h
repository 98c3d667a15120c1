// Judges what clients of keyspaces whose policy merges are told, and what is there
// at the end.
//
// What it holds against the system:
//   a counter, also one in a map, is never more than all that may have been added,
//     and for a read at QUORUM or ALL never less than what was added at those levels
//     before it began, nor than such a read before it;
//   at the end it is at least what was acknowledged at any level: so exactly that,
//     where every outcome is known;
//   an element (of a set, or a sibling) is there only if it was added; at QUORUM or
//     ALL it is there from its acknowledgement on until a removal that had read it,
//     and not after that;
//   a map's fields: see field_oracle.h.
//
// Counters are only added to, and an element is added once.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "sim/field_oracle.h"
#include "sim/merging_op.h"

namespace quorate::sim {

class MergingOracle {
 public:
  explicit MergingOracle(std::function<void(std::string)> violation)
      : violation_(std::move(violation)) {}

  void Invoked(const MergingOp& op);
  // Certainly not done, and never will be.
  void Failed(const MergingOp& op);
  // Done at that level.
  void Done(const MergingOp& op, Level level, uint64_t version = 0);
  void Read(const MergingOp& op, const MergingShown& shown);

  // When nothing is under way and all replicas hold this. Empty: nothing.
  std::string WhatIsWrongWith(const MergingShown& held) const;

  // Rises with all that it is told.
  uint64_t step() const { return step_; }
  uint64_t done() const { return done_; }

 private:
  // 0: not yet.
  struct Element {
    bool possible = false;      // an addition may have been done
    bool acknowledged = false;  // at any level
    bool read = false;          // at any level
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
  struct Begun {
    uint64_t step = 0;
    std::map<std::string, int64_t> floors;  // of counters
  };
  using Elements = std::vector<std::string>;

  void Violation(const MergingOp& op, const std::string& what);
  void ReadCounter(const MergingOp& op, const std::string& cell, int64_t value);
  void ReadElements(const MergingOp& op, const std::string& cell, const Elements& elements);
  void ReadField(const MergingOp& op, const std::string& cell, const std::string& value);
  std::string WhatIsWrongWithCounter(const std::string& cell, int64_t value) const;
  std::string WhatIsWrongWithElements(const std::string& cell, const Elements& elements) const;

  std::function<void(std::string)> violation_;
  std::map<std::string, Counter> counters_;
  std::map<std::string, std::map<std::string, Element>> sets_;
  FieldOracle fields_;
  std::map<uint64_t, Begun> begun_;  // by operation
  uint64_t step_ = 0;
  uint64_t done_ = 0;
};

}  // namespace quorate::sim
