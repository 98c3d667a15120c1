// What the effects that were not handed out yet say of keys and dots. A load of blind
// writes never asks, so nothing is indexed before somebody does.
//
// One thread.
#pragma once

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "quorum/effect.h"
#include "quorum/store.h"

namespace quorate::quorum {

class Pending {
 public:
  // `effects` outlives it, and only grows until Clear.
  explicit Pending(const std::vector<Effect>& effects) : effects_(effects) {}

  // The key's record (nullptr: it is gone), valid until the next effect; nullopt:
  // nothing is said of the key.
  std::optional<const Record*> Find(std::string_view key) const;
  // As Store::DotLog.
  void DotLog(const Identity& identity, CounterRange range, size_t limit,
              std::vector<LoggedDot>& out) const;
  // The effects are gone.
  void Clear();

 private:
  struct Place {
    size_t effect = 0;                  // in `effects_`
    const PutRecord* of_run = nullptr;  // of its writes that one
  };
  void Index() const;
  void Index(const Effect& effect, size_t place) const;
  void IndexPut(const PutRecord& put, const Place& place) const;
  // nullptr: it is no put.
  const PutRecord* PutAt(const Place& place) const;

  const std::vector<Effect>& effects_;
  // Of those below `indexed_`.
  mutable size_t indexed_ = 0;
  mutable absl::flat_hash_map<std::string, Place> records_;
  mutable std::map<Dot, Place> dots_;
  mutable std::deque<PutRecord> of_runs_;
};

}  // namespace quorate::quorum
