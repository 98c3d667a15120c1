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
  NextStep();
  Begun& begun = begun_[op.id];
  begun.step = step_;
  if (op.kind == Kind::kRead) {
    for (const auto& [cell, counter] : counters_) {
      begun.floors[cell] = std::max(counter.certain, counter.read);
    }
  }
  if (op.level == Level::kSession) begun.session = sessions_[op.session];
  if (op.kind == Kind::kCount) counters_[op.cell].possible += op.delta;
  if (op.kind == Kind::kAdd) {
    Element& element = sets_[op.cell][op.value];
    element.possible = true;
    element.ttl = op.ttl;
    element.invoked = op.invoked;
  }
  if (op.kind == Kind::kAssign) fields_.PutInvoked(op.cell, op.value, step_);
  for (const auto& [cell, element] : op.removes) ++sets_[cell][element].removals;
  for (const auto& [cell, value] : op.clears) {
    fields_.RemovalInvoked(op.id, cell, value, op.shown_at);
  }
}

void MergingOracle::Failed(const MergingOp& op) {
  NextStep();
  if (op.kind == Kind::kCount) counters_[op.cell].possible -= op.delta;
  bool was_read = false;
  if (op.kind == Kind::kAdd) {
    sets_[op.cell][op.value].possible = false;
    was_read = sets_[op.cell][op.value].read;
  }
  if (op.kind == Kind::kAssign) was_read = !fields_.PutFailed(op.cell, op.value);
  if (was_read) Violation(op, StrCat("is told undone, but ", op.value, " was read"));
  for (const auto& [cell, element] : op.removes) --sets_[cell][element].removals;
  for (const auto& [cell, value] : op.clears) fields_.RemovalFailed(op.id, cell);
}

void MergingOracle::Done(const MergingOp& op, Level level, uint64_t version) {
  NextStep();
  ++done_;
  const bool certain = Counts(level);
  if (op.kind == Kind::kCount) {
    Counter& counter = counters_[op.cell];
    counter.acknowledged += op.delta;
    if (certain) counter.certain += op.delta;
    counter.floors.emplace_back(step_, counter.acknowledged);
  }
  if (op.kind == Kind::kAdd) {
    Element& element = sets_[op.cell][op.value];
    if (element.acknowledged_from == 0) element.acknowledged_from = step_;
    element.known_at = std::min(element.known_at, now_());
    if (certain && element.certain_from == 0) element.certain_from = step_;
  }
  if (op.kind == Kind::kAssign) fields_.PutDone(op.cell, op.value, version, certain, step_);
  for (const auto& [cell, name] : op.removes) {
    Element& element = sets_[cell][name];
    if (element.removal_told_from == 0) element.removal_told_from = step_;
    if (certain && element.removed_from == 0) element.removed_from = step_;
  }
  for (const auto& [cell, value] : op.clears) fields_.RemovalDone(op.id, cell, certain, step_);
}

void MergingOracle::Read(const MergingOp& op, const MergingShown& shown,
                         std::optional<absl::Duration> staleness) {
  NextStep();
  ++done_;
  for (const auto& [cell, value] : shown.counters) ReadCounter(op, cell, value);
  for (const auto& [cell, elements] : shown.elements) {
    ReadElements(op, cell, elements, shown.served_by);
  }
  for (const auto& [cell, value] : shown.fields) ReadField(op, cell, value);
  if (op.level == Level::kSession) ReadInSession(op, shown);
  ReadOfAge(op, shown, staleness);
}

void MergingOracle::SessionTold(const MergingOp& op) {
  if (op.session == 0) return;
  Session& session = sessions_[op.session];
  if (op.kind == Kind::kCount) session.added[op.cell] += op.delta;
  if (op.kind == Kind::kAdd) session.elements[op.cell].insert(op.value);
}

void MergingOracle::SessionShown(const MergingOp& op, const MergingShown& shown) {
  if (op.session == 0) return;
  Session& session = sessions_[op.session];
  for (const auto& [cell, value] : shown.counters) {
    session.shown[cell] = std::max(session.shown[cell], value);
  }
  for (const auto& [cell, elements] : shown.elements) {
    session.elements[cell].insert(elements.begin(), elements.end());
  }
}

void MergingOracle::ReadInSession(const MergingOp& op, const MergingShown& shown) {
  Session& knows = begun_[op.id].session;
  for (const auto& [cell, value] : shown.counters) {
    const int64_t floor = std::max(knows.added[cell], knows.shown[cell]);
    if (value < floor) {
      Violation(op, StrCat("read ", value, " in ", cell, ", but its session knew of ", floor));
    }
  }
  for (const auto& [cell, elements] : shown.elements) {
    for (const std::string& name : knows.elements[cell]) {
      const Element& element = sets_[cell][name];
      if (Contains(elements, name) || element.removals != 0 || MayBeGone(element)) continue;
      Violation(op, StrCat("misses ", name, " in ", cell, ", which its session knew of"));
    }
  }
}

bool MergingOracle::MayBeGone(const Element& element) const {
  return element.ttl != absl::ZeroDuration() &&
         calendars_.MayHaveExpired(element.invoked, element.ttl, now_());
}

bool MergingOracle::MustBeGone(const Element& element, const MergingOp& read,
                               NodeId served_by) const {
  return element.ttl != absl::ZeroDuration() &&
         calendars_.MustHaveExpired(element.known_at, element.ttl, read.invoked, served_by);
}

void MergingOracle::ReadCounter(const MergingOp& op, const std::string& cell, int64_t value) {
  Counter& counter = counters_[cell];
  if (value > counter.possible) {
    Violation(op, StrCat("read ", value, " in ", cell, ", but at most ", counter.possible,
                         " was ever added"));
  }
  if (!Counts(op.level)) return;
  const auto& floors = begun_[op.id].floors;
  const auto floor = floors.find(cell);
  if (floor != floors.end() && value < floor->second) {
    Violation(op, StrCat("read ", value, " in ", cell, ", but ", floor->second,
                         " was certain before it began"));
  }
  counter.read = std::max(counter.read, value);
  counter.floors.emplace_back(step_, value);
}

void MergingOracle::ReadElements(const MergingOp& op, const std::string& cell,
                                 const Elements& elements, NodeId served_by) {
  auto& set = sets_[cell];
  for (const std::string& name : elements) {
    const auto found = set.find(name);
    if (found == set.end() || !found->second.possible) {
      Violation(op, StrCat("read ", name, " in ", cell, ", which was never added"));
      continue;
    }
    found->second.read = true;
    if (MustBeGone(found->second, op, served_by)) {
      Violation(op, StrCat("read ", name, " in ", cell, ", which had expired"));
    }
    if (!Counts(op.level)) continue;
    if (found->second.certain_from == 0) found->second.certain_from = step_;
    if (found->second.acknowledged_from == 0) found->second.acknowledged_from = step_;
  }
  if (!Counts(op.level)) return;
  const uint64_t began = begun_[op.id].step;
  for (const auto& [name, element] : set) {
    const bool there = Contains(elements, name);
    const bool certain = element.certain_from != 0 && element.certain_from < began;
    if (certain && element.removals == 0 && !there && !MayBeGone(element)) {
      Violation(op, StrCat("misses ", name, " in ", cell, ", which was certain before it began"));
    }
    if (element.removed_from != 0 && element.removed_from < began && there) {
      Violation(op, StrCat("read ", name, " in ", cell, ", which was removed before it began"));
    }
  }
}

void MergingOracle::ReadField(const MergingOp& op, const std::string& cell,
                              const std::string& value) {
  const uint64_t knows_until = Counts(op.level) ? begun_[op.id].step : 0;
  const std::string wrong = fields_.WhatIsWrong(cell, value, knows_until);
  if (!wrong.empty()) Violation(op, StrCat("read in ", cell, " ", wrong));
  fields_.Read(cell, value, Counts(op.level), step_);
}

std::string MergingOracle::WhatIsWrongWith(const MergingShown& held) const {
  for (const auto& [cell, value] : held.counters) {
    if (std::string wrong = WhatIsWrongWithCounter(cell, value); !wrong.empty()) return wrong;
  }
  for (const auto& [cell, elements] : held.elements) {
    if (std::string wrong = WhatIsWrongWithElements(cell, elements); !wrong.empty()) return wrong;
  }
  for (const auto& [cell, value] : held.fields) {
    const std::string wrong = fields_.WhatIsWrongAtTheEnd(cell, value);
    if (!wrong.empty()) return StrCat("field ", cell, " shows ", wrong);
  }
  return "";
}

std::string MergingOracle::WhatIsWrongWithCounter(const std::string& cell, int64_t value) const {
  const auto found = counters_.find(cell);
  const Counter counter = found == counters_.end() ? Counter() : found->second;
  if (value >= counter.acknowledged && value <= counter.possible) return "";
  return StrCat("counter ", cell, " is ", value, ", but ", counter.acknowledged,
                " was acknowledged and at most ", counter.possible, " was added");
}

std::string MergingOracle::WhatIsWrongWithElements(const std::string& cell,
                                                   const Elements& elements) const {
  const auto set = sets_.find(cell);
  if (set == sets_.end()) return elements.empty() ? "" : StrCat(cell, " was never written");
  for (const std::string& name : elements) {
    const auto found = set->second.find(name);
    if (found == set->second.end() || !found->second.possible) {
      return StrCat(cell, " has ", name, ", which was never added");
    }
  }
  for (const auto& [name, element] : set->second) {
    const bool there = Contains(elements, name);
    if (element.acknowledged_from != 0 && element.removals == 0 && !there && !MayBeGone(element)) {
      return StrCat(cell, " has lost ", name, ", which was acknowledged");
    }
    if (element.removal_told_from != 0 && there) {
      return StrCat(cell, " has ", name, ", whose removal was acknowledged");
    }
  }
  return "";
}

}  // namespace quorate::sim
