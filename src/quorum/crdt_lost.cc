// What a copy that is no replica any more has of writes that the replicas lack, by policy.
#include "quorum/counter.h"
#include "quorum/crdt_policies.h"
#include "quorum/field_map.h"
#include "quorum/observed_set.h"
#include "quorum/policy_op.h"
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

}  // namespace

std::vector<Record> SiblingsPolicy::Lost(std::string_view, const Record*, const Record& theirs,
                                         const SeenClock& seen) const {
  std::vector<Record> lost;
  const auto body = HeldIn<Siblings>(&theirs);
  for (const Sibling& one : body.siblings()) {
    if (seen.Contains(one.dot)) continue;
    lost.push_back({one.dot, one.time, false, one.expires_at_us, one.value});
  }
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

std::vector<Record> SetPolicy::Lost(std::string_view, const Record*, const Record& theirs,
                                    const SeenClock& seen) const {
  std::vector<Record> lost;
  const auto body = HeldIn<ObservedSet>(&theirs);
  for (const auto& [element, additions] : body.elements().elements()) {
    const Dot dot = UnseenOf(additions, seen);
    if (!dot) continue;
    lost.push_back(Written(dot, theirs.time, EncodeOp(SetOp{SetOp::Kind::kAdd, element})));
  }
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
  return lost;
}

}  // namespace quorate::quorum
