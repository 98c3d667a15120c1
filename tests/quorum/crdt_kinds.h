// Each CRDT policy for CrdtWorld: how a write is done, what a state shows, and
// what its writes say that it should show.
#pragma once

#include <map>
#include <set>
#include <string>

#include "crdt_world.h"
#include "quorum/counter.h"
#include "quorum/field_map.h"
#include "quorum/observed_set.h"
#include "quorum/siblings.h"

namespace quorate::quorum {

// Known, and not among what another known write has replaced or removed.
template <class Kills>
std::set<size_t> Alive(const CrdtOps& ops, const std::set<size_t>& known, Kills kills) {
  std::set<size_t> alive;
  for (size_t id : known) {
    const bool killed = std::any_of(known.begin(), known.end(), [&](size_t other) {
      return other != id && kills(ops[other], ops[id], id);
    });
    if (!killed) alive.insert(id);
  }
  return alive;
}

inline std::string Join(const std::multiset<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += part + " ";
  return text;
}

struct CounterKind {
  using Body = Counter;
  static bool TakesContext(const CrdtOp&) { return false; }
  static bool Apply(Counter& body, const CrdtOp& op, const VersionVector&) {
    return body.Add(op.dot, op.delta).ok();
  }
  static std::string Show(const Counter& body) { return std::to_string(*body.Value()); }
  static std::string Spec(const CrdtOps& ops, const std::set<size_t>& known) {
    int64_t sum = 0;
    for (size_t id : known) sum += ops[id].kind == kFoldKind ? 0 : ops[id].delta;
    return std::to_string(sum);
  }
};

struct SiblingsKind {
  using Body = Siblings;
  static bool TakesContext(const CrdtOp&) { return true; }
  static bool Apply(Siblings& body, const CrdtOp& op, const VersionVector& context) {
    if (op.kind % 4 == 0) {
      if (context.empty()) return false;
      body.Remove(op.dot, context);
      return true;
    }
    return body.Put({op.dot, HlcTime(1), 0, op.value}, context, 4).ok();
  }
  static std::string Show(const Siblings& body) {
    std::multiset<std::string> values;
    for (const Sibling& sibling : body.siblings()) values.insert(sibling.value);
    return Join(values);
  }
  static std::string Spec(const CrdtOps& ops, const std::set<size_t>& known) {
    std::multiset<std::string> values;
    for (size_t id : Alive(ops, known, [](const CrdtOp&by, const CrdtOp&, size_t id) {
           return by.observed.contains(id);
         })) {
      if (ops[id].kind % 4 != 0) values.insert(ops[id].value);
    }
    return Join(values);
  }
};

struct SetKind {
  using Body = ObservedSet;
  static bool IsRemoval(const CrdtOp& op) { return op.kind % 3 == 0; }
  static bool IsRemovalOfAll(const CrdtOp& op) { return op.kind % 12 == 0; }
  static bool TakesContext(const CrdtOp& op) { return IsRemoval(op); }
  static bool Apply(ObservedSet& body, const CrdtOp& op, const VersionVector& context) {
    if (!IsRemoval(op)) {
      body.Add(op.name, op.dot);
      return true;
    }
    const auto nothing_more = [](const Dot&) { return false; };
    if (context.empty() || !ContextCovered(context, body.Context(), nothing_more).ok()) {
      return false;
    }
    if (IsRemovalOfAll(op)) {
      body.RemoveAll(op.dot, context);
    } else {
      body.Remove(op.name, op.dot, context);
    }
    return true;
  }
  static std::string Show(const ObservedSet& body) {
    std::multiset<std::string> values;
    for (const auto& [element, additions] : body.elements().elements()) values.insert(element);
    return Join(values);
  }
  static std::string Spec(const CrdtOps& ops, const std::set<size_t>& known) {
    std::set<std::string> values;
    for (size_t id : Alive(ops, known, [](const CrdtOp&by, const CrdtOp&op, size_t id) {
           const bool same = by.name == op.name || IsRemovalOfAll(by);
           return IsRemoval(by) && same && by.observed.contains(id);
         })) {
      if (!IsRemoval(ops[id])) values.insert(ops[id].name);
    }
    return Join({values.begin(), values.end()});
  }
};

// Field a is a register, b a counter, c a set of two elements.
struct MapKind {
  using Body = FieldMap;
  static bool Removes(const CrdtOp& op) { return op.kind % 3 == 0; }
  static bool TakesContext(const CrdtOp& op) { return Removes(op); }
  static std::string Element(const CrdtOp& op) { return op.kind % 2 == 0 ? "x" : "y"; }
  static bool Apply(FieldMap& body, const CrdtOp& op, const VersionVector& context) {
    const auto nothing_more = [](const Dot&) { return false; };
    if (Removes(op)) {
      if (context.empty() || !ContextCovered(context, body.Context(), nothing_more).ok()) {
        return false;
      }
      const FieldType type = op.name == "a"   ? FieldType::kRegister
                             : op.name == "b" ? FieldType::kCounter
                                              : FieldType::kSet;
      return body.RemoveField(type, op.name, op.dot, context).ok();
    }
    if (op.name == "a") {
      body.Put(op.name, {op.dot, HlcTime(1), op.value});
      return true;
    }
    if (op.name == "b") return body.AddToCounter(op.name, op.dot, op.delta).ok();
    body.AddToSet(op.name, Element(op), op.dot);
    return true;
  }
  static std::string Show(const FieldMap& body) {
    std::multiset<std::string> parts;
    for (const auto& [name, values] : body.registers()) {
      for (const FieldMap::Written& written : values) parts.insert("a=" + written.value);
    }
    for (const auto& [name, counter] : body.counters()) {
      parts.insert("b=" + std::to_string(*counter.Value()));
    }
    for (const auto& [name, set] : body.sets()) {
      for (const auto& [element, additions] : set.elements()) parts.insert("c=" + element);
    }
    return Join(parts);
  }
  static std::string Spec(const CrdtOps& ops, const std::set<size_t>& known) {
    std::multiset<std::string> parts;
    std::set<std::string> elements;
    int64_t sum = 0;
    bool counted = false;
    for (size_t id : Alive(ops, known, [](const CrdtOp&by, const CrdtOp&op, size_t id) {
           if (by.name != op.name || by.kind == kFoldKind) return false;
           if (Removes(by)) return by.observed.contains(id);
           return by.name == "a" && by.known.contains(id);  // a put replaces what its replica has
         })) {
      const CrdtOp& op = ops[id];
      if (op.kind == kFoldKind || Removes(op)) continue;
      if (op.name == "a") parts.insert("a=" + op.value);
      if (op.name == "c") elements.insert("c=" + Element(op));
      if (op.name != "b") continue;
      sum += op.delta;
      counted = true;
    }
    if (counted) parts.insert("b=" + std::to_string(sum));
    parts.insert(elements.begin(), elements.end());
    return Join(parts);
  }
};

}  // namespace quorate::quorum
