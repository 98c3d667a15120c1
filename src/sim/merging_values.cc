#include "sim/merging_values.h"

#include <algorithm>
#include <iterator>

#include "absl/strings/numbers.h"
#include "base/strings.h"
#include "replica/quorum_values.h"

namespace quorate::sim {
namespace {

using Action = kv::Mutation::Action;
using kv::FieldAction;
using Kind = MergingOp::Kind;

// Of each map.
constexpr char kCounterField[] = "n";
constexpr char kSetField[] = "e";
constexpr char kValueField[] = "v";
// Of the siblings.
constexpr double kExpiring = 0.3;
constexpr absl::Duration kTtlMax = absl::Seconds(2);

std::string CellOf(const std::string& key, const char* field) { return StrCat(key, ".", field); }

// A map with a counter can't be deleted, so the other has none.
bool HasCounter(const std::string& map) { return map.ends_with("0"); }

int64_t RollDelta(Random& random) { return static_cast<int64_t>(random.Between(1, 9)); }

void RemoveAllOf(const MergingShown& shown, const std::string& cell, MergingOp& op) {
  for (const std::string& element : shown.elements.at(cell)) op.removes.emplace_back(cell, element);
}

void Count(Random& random, const std::string& cell, MergingOp& op) {
  op.kind = Kind::kCount;
  op.cell = cell;
  op.delta = op.mutation.delta = RollDelta(random);
  op.mutation.action = Action::kAdd;
}

// A value that is written this once.
void Add(Kind kind, const std::string& cell, Action action, MergingOp& op) {
  op.kind = kind;
  op.cell = cell;
  op.value = op.mutation.value = StrCat("e", op.id);
  op.mutation.action = action;
}

void Remove(const MergingShown& shown, Action action, MergingOp& op) {
  if (op.kind == Kind::kRead) op.kind = Kind::kRemove;
  op.mutation.action = action;
  op.mutation.context = shown.context;
  op.shown_at = shown.shown_at;
}

void RemoveOne(Random& random, const MergingShown& shown, const std::string& cell, MergingOp& op) {
  const auto& elements = shown.elements.at(cell);
  op.mutation.value = elements[random.Below(elements.size())];
  op.removes = {{cell, op.mutation.value}};
  Remove(shown, Action::kRemoveElement, op);
}

void OnSet(Random& random, const MergingShown& shown, MergingOp& op) {
  const bool removes = !shown.context.empty() && random.Chance(0.5);
  if (!removes) return Add(Kind::kAdd, op.key, Action::kAddElement, op);
  if (!shown.elements.at(op.key).empty() && random.Chance(0.8)) {
    return RemoveOne(random, shown, op.key, op);
  }
  RemoveAllOf(shown, op.key, op);
  Remove(shown, Action::kDelete, op);
}

void OnSiblings(Random& random, const MergingShown& shown, MergingOp& op) {
  const bool replaces = !shown.context.empty() && random.Chance(0.7);
  if (replaces) RemoveAllOf(shown, op.key, op);
  if (replaces && random.Chance(0.25)) return Remove(shown, Action::kDelete, op);
  Add(Kind::kAdd, op.key, Action::kPut, op);
  if (random.Chance(kExpiring)) {
    op.mutation.ttl_us =
        random.Between(1, static_cast<uint64_t>(absl::ToInt64Microseconds(kTtlMax)));
    op.ttl = absl::Microseconds(static_cast<int64_t>(op.mutation.ttl_us));
  }
  if (replaces) Remove(shown, Action::kPut, op);
}

void Change(const char* field, FieldAction action, MergingOp& op) {
  op.mutation.action = Action::kChangeField;
  op.mutation.field = field;
  op.mutation.field_action = action;
}

void RemoveInMap(Random& random, const MergingShown& shown, MergingOp& op) {
  const std::string set = CellOf(op.key, kSetField);
  const std::string value = CellOf(op.key, kValueField);
  const uint64_t dice = random.Below(4);
  if (dice == 0 && !shown.elements.at(set).empty()) {
    RemoveOne(random, shown, set, op);
    return Change(kSetField, FieldAction::kRemoveElement, op);
  }
  const bool whole = dice == 1 && !HasCounter(op.key);
  if (whole || dice == 2) RemoveAllOf(shown, set, op);
  if (whole || dice != 2) op.clears = {{value, shown.fields.at(value)}};
  Remove(shown, Action::kDelete, op);
  if (whole) return;
  dice == 2 ? Change(kSetField, FieldAction::kRemoveSet, op)
            : Change(kValueField, FieldAction::kRemoveValue, op);
}

void OnMap(Random& random, const MergingShown& shown, MergingOp& op) {
  if (!shown.context.empty() && random.Chance(0.4)) return RemoveInMap(random, shown, op);
  const uint64_t dice = random.Below(3);
  if (dice == 0 && HasCounter(op.key)) {
    Count(random, CellOf(op.key, kCounterField), op);
    return Change(kCounterField, FieldAction::kAdd, op);
  }
  const char* field = dice == 1 ? kSetField : kValueField;
  Add(dice == 1 ? Kind::kAdd : Kind::kAssign, CellOf(op.key, field), Action::kChangeField, op);
  Change(field, dice == 1 ? FieldAction::kAddElement : FieldAction::kPut, op);
}

// Every cell of the key, empty.
MergingShown Nothing(const std::string& key) {
  MergingShown shown;
  shown.key = key;
  switch (MergingKeyspaceOf(key).conflict) {
    case Conflict::kCounter:
      shown.counters[key];
      break;
    case Conflict::kMap:
      if (HasCounter(key)) shown.counters[CellOf(key, kCounterField)];
      shown.elements[CellOf(key, kSetField)];
      shown.fields[CellOf(key, kValueField)];
      break;
    default:
      shown.elements[key];
  }
  return shown;
}

void TakeField(const kv::Field& field, MergingShown& shown) {
  const std::string cell = StrCat(shown.key, ".", field.name);
  if (const auto* value = std::get_if<std::string>(&field.kind)) shown.fields[cell] = *value;
  if (const auto* sum = std::get_if<int64_t>(&field.kind)) shown.counters[cell] = *sum;
  if (const auto* elements = std::get_if<kv::Field::Elements>(&field.kind)) {
    shown.elements[cell] = *elements;
  }
}

}  // namespace

const MergingKeyspace& MergingKeyspaceOf(const std::string& key) {
  return *std::find_if(std::begin(kMergingKeyspaces), std::end(kMergingKeyspaces),
                       [&](const auto& keyspace) { return keyspace.initial == key.front(); });
}

void RollWrite(Random& random, const MergingShown& shown, MergingOp& op) {
  op.mutation.key = op.key;
  switch (MergingKeyspaceOf(op.key).conflict) {
    case Conflict::kCounter:
      return Count(random, op.key, op);
    case Conflict::kSet:
      return OnSet(random, shown, op);
    case Conflict::kSiblings:
      return OnSiblings(random, shown, op);
    default:
      return OnMap(random, shown, op);
  }
}

MergingShown ShownIn(const std::string& key, const std::optional<kv::Record>& found) {
  MergingShown shown = Nothing(key);
  if (!found) return shown;
  const Conflict conflict = MergingKeyspaceOf(key).conflict;
  if (conflict == Conflict::kCounter) {
    (void)absl::SimpleAtoi(found->value, &shown.counters[key]);
    return shown;
  }
  const kv::Merged& merged = *found->merged;
  shown.context = merged.context;
  if (conflict == Conflict::kSet) shown.elements[key] = merged.elements;
  for (const kv::Sibling& sibling : merged.siblings) shown.elements[key].push_back(sibling.value);
  for (const kv::Field& field : merged.fields) TakeField(field, shown);
  return shown;
}

MergingShown ShownIn(const std::string& key, const std::optional<quorum::Record>& held) {
  if (!held || held->tombstone) return Nothing(key);
  const auto values = QuorumValues::For(MergingKeyspaceOf(key).conflict, "", {});
  const auto record = values->Show(key, *held, 0);
  return record.ok() ? ShownIn(key, std::optional(*record)) : Nothing(key);
}

}  // namespace quorate::sim
