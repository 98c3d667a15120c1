// A set of counters from 1 on, as ranges: nearly always one, from 1 to a base,
// with a few odd ones above where something is still missing.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/container/inlined_vector.h"

namespace quorate::quorum {

// Both ends included.
struct CounterRange {
  uint64_t first = 0;
  uint64_t last = 0;
  uint64_t size() const { return last - first + 1; }
  friend bool operator==(const CounterRange&, const CounterRange&) = default;
};

class CounterSet {
 public:
  // Disjoint, rising, and never two where one would do.
  using Ranges = absl::InlinedVector<CounterRange, 1>;

  // 1 <= first <= last.
  void Add(CounterRange range);
  void Add(uint64_t counter) { Add({counter, counter}); }
  void Merge(const CounterSet& other);
  void Subtract(const CounterSet& other);

  bool Contains(uint64_t counter) const;
  bool Covers(const CounterSet& other) const;
  // All from 1 up to here are in it.
  uint64_t base() const { return !ranges_.empty() && ranges_[0].first == 1 ? ranges_[0].last : 0; }
  uint64_t largest() const { return ranges_.empty() ? 0 : ranges_.back().last; }
  uint64_t size() const;
  bool empty() const { return ranges_.empty(); }
  const Ranges& ranges() const { return ranges_; }

  friend CounterSet Intersect(const CounterSet& a, const CounterSet& b);
  friend bool operator==(const CounterSet&, const CounterSet&) = default;

 private:
  Ranges ranges_;
};

CounterSet Intersect(const CounterSet& a, const CounterSet& b);

}  // namespace quorate::quorum
