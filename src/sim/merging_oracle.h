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
//     and not after that; a sibling that expires is there until then and no longer,
//     give or take by how much the nodes' calendars may differ;
//   a read at SESSION shows what its session added and was shown, unless it may have
//     been removed, and no less than its sums;
//   a read that tells how old its state is at most, as each at BOUNDED does, within its
//     bound, shows all that was acknowledged before that, at whatever level;
//   a map's fields: see field_oracle.h.
//
// Counters are only added to, and an element is added once.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/calendar_bounds.h"
#include "sim/field_oracle.h"
#include "sim/merging_op.h"

namespace quorate::sim {

class MergingOracle {
 public:
  // `now`: the run's time.
  MergingOracle(std::function<void(std::string)> violation, std::function<absl::Duration()> now)
      : violation_(std::move(violation)), now_(std::move(now)) {}

  void ExpectCalendars(CalendarBounds bounds) { calendars_ = std::move(bounds); }

  void Invoked(const MergingOp& op);
  // Certainly not done, and never will be.
  void Failed(const MergingOp& op);
  // Done at that level.
  void Done(const MergingOp& op, Level level, uint64_t version = 0);
  // `staleness`: as it was told.
  void Read(const MergingOp& op, const MergingShown& shown,
            std::optional<absl::Duration> staleness = std::nullopt);

  // Its session has the token of that answer: a write's, a read's.
  void SessionTold(const MergingOp& op);
  void SessionShown(const MergingOp& op, const MergingShown& shown);

  // When nothing is under way and all replicas hold this. Empty: nothing.
  std::string WhatIsWrongWith(const MergingShown& held) const;

  // Rises with all that it is told.
  uint64_t step() const { return step_; }
  uint64_t done() const { return done_; }

 private:
  // 0: not yet.
  struct Element {
    bool possible = false;           // an addition may have been done
    uint64_t acknowledged_from = 0;  // at any level, or read at one that counts
    bool read = false;               // at any level
    uint64_t certain_from = 0;       // at a level that counts, or read at one
    uint64_t removals = 0;           // that may have been done
    uint64_t removal_told_from = 0;  // acknowledged at any level
    uint64_t removed_from = 0;       // at a level that counts
    absl::Duration ttl;              // zero: for ever
    absl::Duration invoked;
    absl::Duration known_at = absl::InfiniteDuration();  // that it was done
  };
  struct Counter {
    int64_t possible = 0;
    int64_t acknowledged = 0;
    int64_t certain = 0;  // acknowledged at a level that counts
    int64_t read = 0;     // the most that was read at one
    // What a state holds at least that is not older than that step.
    std::vector<std::pair<uint64_t, int64_t>> floors;
  };
  // What a session knows of.
  struct Session {
    std::map<std::string, int64_t> added;  // to counters, by itself
    std::map<std::string, int64_t> shown;  // of counters, the most
    std::map<std::string, std::set<std::string>> elements;
  };
  struct Begun {
    uint64_t step = 0;
    std::map<std::string, int64_t> floors;  // of counters
    Session session;                        // a read's at SESSION
  };
  using Elements = std::vector<std::string>;

  void Violation(const MergingOp& op, const std::string& what);
  void ReadCounter(const MergingOp& op, const std::string& cell, int64_t value);
  void ReadElements(const MergingOp& op, const std::string& cell, const Elements& elements,
                    NodeId served_by);
  void ReadInSession(const MergingOp& op, const MergingShown& shown);
  void ReadField(const MergingOp& op, const std::string& cell, const std::string& value);
  // merging_oracle_age.cc
  void ReadOfAge(const MergingOp& op, const MergingShown& shown,
                 std::optional<absl::Duration> staleness);
  void CheckCounterAsOf(const MergingOp& op, const std::string& cell, int64_t value,
                        uint64_t until);
  void CheckElementsAsOf(const MergingOp& op, const std::string& cell, const Elements& elements,
                         uint64_t until);
  // What was told of before that moment has a lower step.
  uint64_t StepAt(absl::Duration when) const;
  void NextStep();
  std::string WhatIsWrongWithCounter(const std::string& cell, int64_t value) const;
  std::string WhatIsWrongWithElements(const std::string& cell, const Elements& elements) const;

  // By itself: it expires.
  bool MayBeGone(const Element& element) const;
  bool MustBeGone(const Element& element, const MergingOp& read, NodeId served_by) const;

  std::function<void(std::string)> violation_;
  std::function<absl::Duration()> now_;
  CalendarBounds calendars_;
  std::map<std::string, Counter> counters_;
  std::map<std::string, std::map<std::string, Element>> sets_;
  FieldOracle fields_;
  std::map<uint32_t, Session> sessions_;
  std::map<uint64_t, Begun> begun_;  // by operation
  uint64_t step_ = 0;
  std::vector<absl::Duration> steps_;  // when each was, from step 1 on
  uint64_t done_ = 0;
};

}  // namespace quorate::sim
