#include "check/version_values.h"

#include <utility>

namespace quorate::check {
namespace {

bool Writes(const Operation& op) { return op.action == Action::kPut && !IsObserver(op); }

}  // namespace

VersionValues::VersionValues(const std::vector<const Operation*>& operations) {
  Learn(operations);
  operations_.reserve(operations.size());
  for (const Operation* op : operations) {
    std::vector<const Operation*> evidence = {op};
    Operation copy = Explain(*op, evidence);
    if (evidence.size() == 1) {
      operations_.push_back(op);
      continue;
    }
    copies_.push_back(std::move(copy));
    evidence_.emplace(static_cast<uint32_t>(operations_.size()), std::move(evidence));
    operations_.push_back(&copies_.back());
  }
}

void VersionValues::Learn(const std::vector<const Operation*>& operations) {
  absl::flat_hash_map<std::string_view, int> writers;
  for (const Operation* op : operations) {
    if (op->action == Action::kAdd) return;  // a sum may be any value
    if (Writes(*op)) writers[op->value]++;
  }
  for (const Operation* op : operations) {
    const std::string* value = Writes(*op)        ? &op->value
                               : op->result.value ? &*op->result.value
                                                  : nullptr;
    const uint64_t version = op->result.version;
    if (version == 0 || value == nullptr || writers[*value] != 1) continue;
    Pair*& of_version = by_version_[version];
    Pair*& of_value = by_value_[*value];
    if (of_version == nullptr && of_value == nullptr) {
      pairs_.push_back({.value = value, .version = version, .told_by = op});
      of_version = of_value = &pairs_.back();
    } else if (of_version != of_value) {
      // They contradict one another; the search will find out how.
      pairs_.push_back({.unique = false});
      for (Pair** pair : {&of_version, &of_value}) {
        if (*pair != nullptr) (*pair)->unique = false;
        if (*pair == nullptr) *pair = &pairs_.back();
      }
    }
  }
}

const VersionValues::Pair* VersionValues::ByVersion(uint64_t version) const {
  const auto place = by_version_.find(version);
  return place != by_version_.end() && place->second->unique ? place->second : nullptr;
}

const VersionValues::Pair* VersionValues::ByValue(std::string_view value) const {
  const auto place = by_value_.find(value);
  return place != by_value_.end() && place->second->unique ? place->second : nullptr;
}

Operation VersionValues::Explain(const Operation& op,
                                 std::vector<const Operation*>& told_by) const {
  const Pair* asked =
      op.condition.kind == Condition::Kind::kVersion ? ByVersion(op.condition.version) : nullptr;
  const bool found_version = IsObserver(op) && op.result.version != 0 && !op.result.value;
  const Pair* found = found_version ? ByVersion(op.result.version) : nullptr;
  const Pair* own = Writes(op) && op.result.version == 0 ? ByValue(op.value) : nullptr;
  if (asked == nullptr && found == nullptr && own == nullptr) return {};
  Operation copy = op;
  if (asked != nullptr) {
    copy.condition = {.kind = Condition::Kind::kValue, .version = 0, .value = *asked->value};
  }
  if (found != nullptr) copy.result.value = *found->value;
  if (own != nullptr) copy.result.version = own->version;
  for (const Pair* pair : {asked, found, own}) {
    if (pair != nullptr) told_by.push_back(pair->told_by);
  }
  return copy;
}

std::vector<const Operation*> VersionValues::WithEvidence(uint32_t position) const {
  const auto place = evidence_.find(position);
  return place == evidence_.end() ? std::vector{operations_[position]} : place->second;
}

}  // namespace quorate::check
