#include "quorum/field_map.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/strings.h"

namespace quorate::quorum {
namespace {

absl::Status NotRemovable(std::string_view field) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "COUNTER_NOT_REMOVABLE",
                   StrCat("field \"", PrintableBytes(field),
                          "\" is a counter, and what others add to it at this moment could not "
                          "be told from what was to go; take its value away instead"));
}

template <class T>
const T& FindOr(const FieldMap::Fields<T>& fields, std::string_view name, const T& otherwise) {
  const auto found = fields.find(name);
  return found == fields.end() ? otherwise : found->second;
}

}  // namespace

std::string_view FieldTypeName(FieldType type) {
  switch (type) {
    case FieldType::kRegister:
      return "register";
    case FieldType::kCounter:
      return "counter";
    case FieldType::kSet:
      return "set";
  }
  return "unknown";
}

// --- changes ---

void FieldMap::Put(std::string_view field, Written written) {
  Register& values = registers_[std::string(field)];
  for (const Written& replaced : values) seen_.Add(replaced.dot);
  seen_.Add(written.dot);
  values = {std::move(written)};
}

absl::Status FieldMap::AddToCounter(std::string_view field, const Dot& dot, int64_t delta) {
  Counter counter = FindOr(counters_, field, Counter());
  if (absl::Status status = counter.Add(dot, delta); !status.ok()) return status;
  counters_.insert_or_assign(std::string(field), std::move(counter));
  seen_.Add(dot);
  return absl::OkStatus();
}

void FieldMap::AddToSet(std::string_view field, std::string_view element, const Dot& dot) {
  sets_[std::string(field)].Add(element, dot, seen_);
}

void FieldMap::RemoveFromSet(std::string_view field, std::string_view element, const Dot& dot,
                             const VersionVector& context) {
  if (const auto found = sets_.find(field); found != sets_.end()) {
    found->second.Remove(element, context);
    if (found->second.empty()) sets_.erase(found);
  }
  seen_.Merge(context);
  seen_.Add(dot);
}

absl::Status FieldMap::RemoveField(FieldType type, std::string_view field, const Dot& dot,
                                   const VersionVector& context) {
  if (type == FieldType::kCounter) return NotRemovable(field);
  if (const auto found = registers_.find(field);
      type == FieldType::kRegister && found != registers_.end()) {
    RemoveSeen(found->second, context);
    if (found->second.empty()) registers_.erase(found);
  }
  if (const auto found = sets_.find(field); type == FieldType::kSet && found != sets_.end()) {
    found->second.RemoveAll(context);
    if (found->second.empty()) sets_.erase(found);
  }
  seen_.Merge(context);
  seen_.Add(dot);
  return absl::OkStatus();
}

absl::Status FieldMap::RemoveAll(const Dot& dot, const VersionVector& context) {
  if (!counters_.empty()) return NotRemovable(counters_.begin()->first);
  ChangeAndErase(registers_, [&](const std::string&, Register& field) {
    RemoveSeen(field, context);
    return field.empty();
  });
  ChangeAndErase(sets_, [&](const std::string&, ElementSet& field) {
    field.RemoveAll(context);
    return field.empty();
  });
  seen_.Merge(context);
  seen_.Add(dot);
  return absl::OkStatus();
}

// --- replicas ---

void FieldMap::Merge(const FieldMap& other) {
  Merge(other, [](const Dot&) { return false; });
}

void FieldMap::Merge(const FieldMap& other, SawDot i_saw) {
  const auto mine = [&](const Dot& dot) { return seen_.Covers(dot) || i_saw(dot); };
  const auto theirs = [&](const Dot& dot) { return other.seen_.Covers(dot); };
  for (const auto& [name, field] : other.registers_) registers_.try_emplace(name);
  ChangeAndErase(registers_, [&](const std::string& name, auto& field) {
    const Register none;
    field = MergeDotted(field, mine, FindOr(other.registers_, name, none), theirs);
    return field.empty();
  });
  for (const auto& [name, field] : other.sets_) sets_.try_emplace(name);
  ChangeAndErase(sets_, [&](const std::string& name, auto& field) {
    const ElementSet none;
    field.Merge(FindOr(other.sets_, name, none), mine, theirs);
    return field.empty();
  });
  for (const auto& [name, field] : other.counters_) counters_[name].Merge(field);
  seen_.Merge(other.seen_);
}

bool FieldMap::Forget(SawDot covered) {
  if (!AllCovered(seen_, covered)) return false;
  seen_.Clear();
  return true;
}

bool FieldMap::FoldEnded(const Dot& dot) {
  bool folded = false;
  for (auto& [name, counter] : counters_) folded |= counter.FoldEnded(dot);
  if (folded) seen_.Add(dot);
  return folded;
}

// --- looking in ---

VersionVector FieldMap::Context() const {
  VersionVector context = seen_;
  for (const auto& [name, values] : registers_) {
    for (const Written& written : values) context.Add(written.dot);
  }
  for (const auto& [name, set] : sets_) set.AddDotsTo(context);
  for (const auto& [name, counter] : counters_) {
    for (const Counter::Entry& entry : counter.entries()) context.Add(entry.dot);
  }
  return context;
}

const FieldMap::Written* FieldMap::Find(std::string_view field) const {
  const auto found = registers_.find(field);
  if (found == registers_.end()) return nullptr;
  return &*std::max_element(found->second.begin(), found->second.end(),
                            [](const Written& a, const Written& b) {
                              return a.time != b.time ? a.time < b.time : a.dot < b.dot;
                            });
}

}  // namespace quorate::quorum
