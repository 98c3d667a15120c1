// What reads must show that tell how old their state is at most.
#include <algorithm>

#include "base/strings.h"
#include "sim/merging_oracle.h"
#include "sim/true_age.h"

namespace quorate::sim {

void MergingOracle::NextStep() {
  ++step_;
  steps_.push_back(now_());
}

uint64_t MergingOracle::StepAt(absl::Duration when) const {
  const auto first_not_before = std::lower_bound(steps_.begin(), steps_.end(), when);
  return static_cast<uint64_t>(first_not_before - steps_.begin()) + 1;
}

void MergingOracle::ReadOfAge(const MergingOp& op, const MergingShown& shown,
                              std::optional<absl::Duration> staleness) {
  if (op.level == Level::kBounded && (!staleness || *staleness > op.bound)) {
    return Violation(op, "was answered beyond its bound");
  }
  if (!staleness) return;
  const uint64_t until = StepAt(HoldsAllBefore(op.invoked, *staleness));
  for (const auto& [cell, value] : shown.counters) CheckCounterAsOf(op, cell, value, until);
  for (const auto& [cell, elements] : shown.elements) {
    CheckElementsAsOf(op, cell, elements, until);
  }
  for (const auto& [cell, value] : shown.fields) {
    const std::string wrong = fields_.WhatIsWrongAsOf(cell, value, until);
    if (!wrong.empty()) Violation(op, StrCat("is older than it says: in ", cell, " ", wrong));
  }
}

void MergingOracle::CheckCounterAsOf(const MergingOp& op, const std::string& cell, int64_t value,
                                     uint64_t until) {
  int64_t floor = 0;
  for (const auto& [step, least] : counters_[cell].floors) {
    if (step < until) floor = std::max(floor, least);
  }
  if (value >= floor) return;
  Violation(op, StrCat("is older than it says: ", value, " in ", cell, ", where ", floor,
                       " was told of before"));
}

void MergingOracle::CheckElementsAsOf(const MergingOp& op, const std::string& cell,
                                      const Elements& elements, uint64_t until) {
  const auto known = [until](uint64_t from) { return from != 0 && from < until; };
  for (const auto& [name, element] : sets_[cell]) {
    const bool there = std::find(elements.begin(), elements.end(), name) != elements.end();
    if (known(element.acknowledged_from) && element.removals == 0 && !there &&
        !MayBeGone(element)) {
      Violation(op, StrCat("is older than it says: it misses ", name, " in ", cell));
    }
    if (known(element.removal_told_from) && there) {
      Violation(op, StrCat("is older than it says: ", name, " in ", cell, " was removed"));
    }
  }
}

}  // namespace quorate::sim
