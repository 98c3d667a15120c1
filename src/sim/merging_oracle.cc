#include "sim/merging_oracle.h"

#include <algorithm>

#include "base/strings.h"

namespace quorate::sim {
namespace {

using Kind = MergingOp::Kind;

bool Counts(Level level) { return level == Level::kQuorum || level == Level::kAll; }

bool Contains(const std::vector<std::string>& elements, const std::string& element) {
  return std::find(elements.begin(), elements.end(), element) != elements.end();
}

}  // namespace

void MergingOracle::Violation(const MergingOp& op, const std::string& what) {
  violation_(
      StrCat("merging operation #", op.id, " on ", op.key, " at ", LevelName(op.level), " ", what));
}

void MergingOracle::Invoked(const MergingOp& op) {
  began_[op.id] = ++step_;
  if (op.kind == Kind::kCount) counters_[op.key].possible += op.delta;
  if (op.kind == Kind::kAdd) sets_[op.key][op.element].possible = true;
  if (op.kind == Kind::kRemove) ++sets_[op.key][op.element].removals;
  if (op.kind == Kind::kRead) {
    const Counter& counter = counters_[op.key];
    floors_[op.id] = std::max(counter.certain, counter.read);
  }
}

void MergingOracle::Failed(const MergingOp& op) {
  ++step_;
  if (op.kind == Kind::kCount) counters_[op.key].possible -= op.delta;
  if (op.kind == Kind::kAdd) sets_[op.key][op.element].possible = false;
  if (op.kind == Kind::kRemove) --sets_[op.key][op.element].removals;
}

void MergingOracle::Done(const MergingOp& op) {
  ++step_;
  ++done_;
  if (op.kind == Kind::kCount) {
    Counter& counter = counters_[op.key];
    counter.acknowledged += op.delta;
    if (Counts(op.level)) counter.certain += op.delta;
    return;
  }
  Element& element = sets_[op.key][op.element];
  if (op.kind == Kind::kAdd) {
    element.acknowledged = true;
    if (Counts(op.level) && element.certain_from == 0) element.certain_from = step_;
  } else {
    element.removed = true;
    if (Counts(op.level) && element.removed_from == 0) element.removed_from = step_;
  }
}

void MergingOracle::ReadCounter(const MergingOp& op, int64_t value) {
  ++step_;
  ++done_;
  Counter& counter = counters_[op.key];
  if (value > counter.possible) {
    Violation(op, StrCat("read ", value, ", but at most ", counter.possible, " was ever added"));
  }
  if (!Counts(op.level)) return;
  if (const int64_t floor = floors_[op.id]; value < floor) {
    Violation(op, StrCat("read ", value, ", but ", floor, " was certain before it began"));
  }
  counter.read = std::max(counter.read, value);
}

void MergingOracle::ReadSet(const MergingOp& op, const std::vector<std::string>& elements) {
  ++step_;
  ++done_;
  auto& set = sets_[op.key];
  for (const std::string& name : elements) {
    const auto found = set.find(name);
    if (found == set.end() || !found->second.possible) {
      Violation(op, StrCat("read element ", name, ", which was never added"));
    } else if (Counts(op.level) && found->second.certain_from == 0) {
      found->second.certain_from = step_;
    }
  }
  if (!Counts(op.level)) return;
  const uint64_t began = began_[op.id];
  for (const auto& [name, element] : set) {
    const bool there = Contains(elements, name);
    const bool certain = element.certain_from != 0 && element.certain_from < began;
    if (certain && element.removals == 0 && !there) {
      Violation(op, StrCat("misses element ", name, ", which was certain before it began"));
    }
    if (element.removed_from != 0 && element.removed_from < began && there) {
      Violation(op, StrCat("read element ", name, ", which was removed before it began"));
    }
  }
}

std::string MergingOracle::WhatIsWrongWithCounter(const std::string& key, int64_t value) const {
  const auto found = counters_.find(key);
  const Counter counter = found == counters_.end() ? Counter() : found->second;
  if (value >= counter.acknowledged && value <= counter.possible) return "";
  return StrCat("counter ", key, " is ", value, ", but ", counter.acknowledged,
                " was acknowledged and at most ", counter.possible, " was added");
}

std::string MergingOracle::WhatIsWrongWithSet(const std::string& key,
                                              const std::vector<std::string>& elements) const {
  const auto set = sets_.find(key);
  if (set == sets_.end()) return elements.empty() ? "" : StrCat("set ", key, " was never written");
  for (const std::string& name : elements) {
    const auto found = set->second.find(name);
    if (found == set->second.end() || !found->second.possible) {
      return StrCat("set ", key, " has ", name, ", which was never added");
    }
  }
  for (const auto& [name, element] : set->second) {
    const bool there = Contains(elements, name);
    if (element.acknowledged && element.removals == 0 && !there) {
      return StrCat("set ", key, " has lost ", name, ", which was acknowledged");
    }
    if (element.removed && there) {
      return StrCat("set ", key, " has ", name, ", whose removal was acknowledged");
    }
  }
  return "";
}

}  // namespace quorate::sim
