// What a copy that is no replica any more has of writes that the replicas lack, by policy.
#include <algorithm>
#include <utility>

#include "absl/functional/function_ref.h"
#include "quorum/counter.h"
#include "quorum/crdt_policies.h"
#include "quorum/field_map.h"
#include "quorum/observed_set.h"
#include "quorum/policy_op.h"
#include "quorum/removal.h"
#include "quorum/seen_clock.h"
#include "quorum/siblings.h"

namespace quorate::quorum {
namespace {

template <class Body>
Body HeldIn(const Record* record) {
  if (record == nullptr) return Body();
  absl::StatusOr<Body> body = Body::Decode(record->body);
  return body.ok() ? *std::move(body) : Body();
}

Record Written(const Dot& dot, HlcTime time, std::string argument) {
  return {dot, time, false, 0, std::move(argument)};
}

// Of what was added under dots that `seen` lacks, the newest; no dot: there is none.
Dot NewestUnseen(const Counter& counter, const SeenClock& seen) {
  Dot newest;
  for (const Counter::Entry& entry : counter.entries()) {
    if (!seen.Contains(entry.dot) && newest < entry.dot) newest = entry.dot;
  }
  return newest;
}

// By how much a merge of `theirs` would change `mine`.
int64_t DeltaOf(const Counter& mine, const Counter& theirs) {
  Counter merged = mine;
  merged.Merge(theirs);
  return static_cast<int64_t>(static_cast<uint64_t>(merged.Value().value_or(0)) -
                              static_cast<uint64_t>(mine.Value().value_or(0)));
}

Dot UnseenOf(const ElementSet::Additions& additions, const SeenClock& seen) {
  for (const ElementSet::Addition& addition : additions) {
    if (!seen.Contains(addition.dot)) return addition.dot;
  }
  return {};
}

// Tells what was removed there: what they had seen and hold no more, though it is here. Who
// holds `mine` knows all that others do, so nobody else knows of the removal.
class Removals {
 public:
  Removals(const Record& theirs, VersionVector they_saw, std::vector<Record>& lost)
      : theirs_(theirs), they_saw_(std::move(they_saw)), lost_(lost) {}

  void Note(const Dot& mine) {
    if (they_saw_.Covers(mine)) had_.Add(mine);
  }
  void Note(const ElementSet::Additions& mine) {
    for (const ElementSet::Addition& addition : mine) Note(addition.dot);
  }
  // All that was noted since the last time went by this; empty: by a delete.
  void Tell(std::string op) {
    if (had_.empty()) return;
    const Removal removal{std::move(op), std::exchange(had_, {})};
    lost_.push_back({theirs_.dot, theirs_.time, true, 0, EncodeRemoval(removal)});
  }

 private:
  const Record& theirs_;
  const VersionVector they_saw_;
  std::vector<Record>& lost_;
  VersionVector had_;
};

void TellElements(const ElementSet& mine, const ElementSet& theirs,
                  absl::FunctionRef<std::string(const std::string& element)> op,
                  Removals& removals) {
  for (const auto& [element, additions] : mine.elements()) {
    if (theirs.Contains(element)) continue;
    removals.Note(additions);
    removals.Tell(op(element));
  }
}

void NoteElements(const ElementSet& mine, Removals& removals) {
  for (const auto& [element, additions] : mine.elements()) removals.Note(additions);
}

std::string Removing(MapOp::Kind kind, const std::string& field, const std::string& element = "") {
  return EncodeOp(MapOp{kind, field, element, 0});
}

void TellSets(const FieldMap& mine, const FieldMap& theirs, Removals& removals) {
  for (const auto& [field, set] : mine.sets()) {
    const auto there = theirs.sets().find(field);
    if (there == theirs.sets().end()) {
      NoteElements(set, removals);
      removals.Tell(Removing(MapOp::Kind::kRemoveSet, field));
      continue;
    }
    const auto op = [&field](const std::string& element) {
      return Removing(MapOp::Kind::kRemoveFromSet, field, element);
    };
    TellElements(set, there->second, op, removals);
  }
}

void TellRegisters(const FieldMap& mine, const FieldMap& theirs, Removals& removals) {
  for (const auto& [field, values] : mine.registers()) {
    if (theirs.registers().contains(field)) continue;
    for (const FieldMap::Written& one : values) removals.Note(one.dot);
    removals.Tell(Removing(MapOp::Kind::kRemoveRegister, field));
  }
}

}  // namespace

std::vector<Record> SiblingsPolicy::Lost(std::string_view, const Record* mine, const Record& theirs,
                                         const SeenClock& seen) const {
  std::vector<Record> lost;
  const auto body = HeldIn<Siblings>(&theirs);
  for (const Sibling& one : body.siblings()) {
    if (seen.Contains(one.dot)) continue;
    lost.push_back({one.dot, one.time, false, one.expires_at_us, one.value});
  }
  Removals removals(theirs, body.Context(), lost);
  const auto held = HeldIn<Siblings>(mine);
  for (const Sibling& one : held.siblings()) {
    const bool there = std::any_of(body.siblings().begin(), body.siblings().end(),
                                   [&](const Sibling& other) { return other.dot == one.dot; });
    if (!there) removals.Note(one.dot);
  }
  removals.Tell("");
  return lost;
}

std::vector<Record> CounterPolicy::Lost(std::string_view, const Record* mine, const Record& theirs,
                                        const SeenClock& seen) const {
  const auto body = HeldIn<Counter>(&theirs);
  const Dot dot = NewestUnseen(body, seen);
  if (!dot) return {};
  const int64_t delta = DeltaOf(HeldIn<Counter>(mine), body);
  if (delta == 0) return {};
  return {Written(dot, theirs.time, EncodeOp(CounterOp{delta}))};
}

std::vector<Record> SetPolicy::Lost(std::string_view, const Record* mine, const Record& theirs,
                                    const SeenClock& seen) const {
  std::vector<Record> lost;
  const auto body = HeldIn<ObservedSet>(&theirs);
  for (const auto& [element, additions] : body.elements().elements()) {
    const Dot dot = UnseenOf(additions, seen);
    if (!dot) continue;
    lost.push_back(Written(dot, theirs.time, EncodeOp(SetOp{SetOp::Kind::kAdd, element})));
  }
  Removals removals(theirs, body.Context(), lost);
  const ElementSet held = HeldIn<ObservedSet>(mine).elements();
  if (body.elements().empty()) {
    NoteElements(held, removals);
    removals.Tell("");
    return lost;
  }
  const auto op = [](const std::string& element) {
    return EncodeOp(SetOp{SetOp::Kind::kRemove, element});
  };
  TellElements(held, body.elements(), op, removals);
  return lost;
}

std::vector<Record> MapPolicy::Lost(std::string_view, const Record* mine, const Record& theirs,
                                    const SeenClock& seen) const {
  std::vector<Record> lost;
  const auto add = [&](const Dot& dot, HlcTime time, MapOp op) {
    lost.push_back(Written(dot, time, EncodeOp(op)));
  };
  const auto body = HeldIn<FieldMap>(&theirs);
  const auto held = HeldIn<FieldMap>(mine);
  for (const auto& [field, values] : body.registers()) {
    for (const FieldMap::Written& one : values) {
      if (seen.Contains(one.dot)) continue;
      add(one.dot, one.time, {MapOp::Kind::kPut, field, one.value, 0});
    }
  }
  for (const auto& [field, counter] : body.counters()) {
    const Dot dot = NewestUnseen(counter, seen);
    const auto there = held.counters().find(field);
    const int64_t delta =
        DeltaOf(there == held.counters().end() ? Counter() : there->second, counter);
    if (!dot || delta == 0) continue;
    add(dot, theirs.time, {MapOp::Kind::kAddToCounter, field, "", delta});
  }
  for (const auto& [field, set] : body.sets()) {
    for (const auto& [element, additions] : set.elements()) {
      const Dot dot = UnseenOf(additions, seen);
      if (dot) add(dot, theirs.time, {MapOp::Kind::kAddToSet, field, element, 0});
    }
  }
  Removals removals(theirs, body.Context(), lost);
  TellRegisters(held, body, removals);
  TellSets(held, body, removals);
  return lost;
}

}  // namespace quorate::quorum
