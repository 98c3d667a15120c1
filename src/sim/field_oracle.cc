#include "sim/field_oracle.h"

#include <algorithm>

#include "base/strings.h"

namespace quorate::sim {

void FieldOracle::PutInvoked(const std::string& cell, const std::string& value, uint64_t step) {
  cells_[cell].puts[value].invoked = step;
}

bool FieldOracle::PutFailed(const std::string& cell, const std::string& value) {
  Put& put = cells_[cell].puts[value];
  put.failed = true;
  return !put.read;
}

void FieldOracle::PutDone(const std::string& cell, const std::string& value, uint64_t version,
                          bool certain, uint64_t step) {
  Put& put = cells_[cell].puts[value];
  if (put.done_from == 0) put.done_from = step;
  put.version = version;
  if (certain && put.certain_from == 0) put.certain_from = step;
}

void FieldOracle::RemovalInvoked(uint64_t id, const std::string& cell, const std::string& value,
                                 uint64_t shown_at) {
  cells_[cell].removals[id] = {value, shown_at};
}

void FieldOracle::RemovalFailed(uint64_t id, const std::string& cell) {
  cells_[cell].removals.erase(id);
}

void FieldOracle::RemovalDone(uint64_t id, const std::string& cell, bool certain, uint64_t step) {
  Removal& removal = cells_[cell].removals.at(id);
  if (removal.done_from == 0) removal.done_from = step;
  if (certain && removal.certain_from == 0) removal.certain_from = step;
}

void FieldOracle::Read(const std::string& cell, const std::string& value, bool certain,
                       uint64_t step) {
  const auto put = cells_[cell].puts.find(value);
  if (put == cells_[cell].puts.end()) return;
  put->second.read = true;
  if (!certain) return;
  if (put->second.done_from == 0) put->second.done_from = step;
  if (put->second.certain_from == 0) put->second.certain_from = step;
}

template <class Knows>
std::string FieldOracle::Judge(const std::string& cell, const std::string& value,
                               Knows knows) const {
  const auto at = cells_.find(cell);
  if (at == cells_.end()) return value.empty() ? "" : StrCat(value, ", which was never put");
  const auto& [puts, removals] = at->second;
  const auto shown = puts.find(value);
  if (!value.empty() && (shown == puts.end() || shown->second.failed)) {
    return StrCat(value, ", which was never put");
  }
  for (const auto& [id, removal] : removals) {
    if (!value.empty() && removal.value == value && knows(removal)) {
      return StrCat(value, ", which was removed");
    }
  }
  for (const auto& [name, put] : puts) {
    const bool may_be_removed = std::any_of(
        removals.begin(), removals.end(),
        [&put = put](const auto& removal) { return removal.second.shown_at > put.invoked; });
    if (!knows(put) || may_be_removed) continue;
    if (value.empty()) return StrCat("nothing, and has lost ", name);
    if (shown->second.version != 0 && shown->second.version < put.version) {
      return StrCat(value, ", which is older than ", name);
    }
  }
  return "";
}

std::string FieldOracle::WhatIsWrong(const std::string& cell, const std::string& value,
                                     uint64_t began) const {
  return Judge(cell, value, [began](const auto& what) {
    return what.certain_from != 0 && what.certain_from < began;
  });
}

std::string FieldOracle::WhatIsWrongAsOf(const std::string& cell, const std::string& value,
                                         uint64_t until) const {
  return Judge(cell, value,
               [until](const auto& what) { return what.done_from != 0 && what.done_from < until; });
}

std::string FieldOracle::WhatIsWrongAtTheEnd(const std::string& cell,
                                             const std::string& value) const {
  return Judge(cell, value, [](const auto& what) { return what.done_from != 0; });
}

}  // namespace quorate::sim
