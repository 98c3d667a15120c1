#include "quorum/counter_set.h"

#include <algorithm>
#include <cstddef>

namespace quorate::quorum {

void CounterSet::Add(CounterRange range) {
  // The common case: the next one.
  if (!ranges_.empty() && range.first == ranges_.back().last + 1) {
    ranges_.back().last = range.last;
    return;
  }
  auto begin = std::lower_bound(
      ranges_.begin(), ranges_.end(), range.first,
      [](const CounterRange& known, uint64_t first) { return known.last + 1 < first; });
  auto end = begin;
  for (; end != ranges_.end() && end->first <= range.last + 1; ++end) {
    range.first = std::min(range.first, end->first);
    range.last = std::max(range.last, end->last);
  }
  begin = ranges_.erase(begin, end);
  ranges_.insert(begin, range);
}

void CounterSet::Merge(const CounterSet& other) {
  for (const CounterRange& range : other.ranges_) Add(range);
}

void CounterSet::Subtract(const CounterSet& other) {
  Ranges rest;
  auto hole = other.ranges_.begin();
  for (CounterRange range : ranges_) {
    while (hole != other.ranges_.end() && hole->last < range.first) ++hole;
    for (auto at = hole; at != other.ranges_.end() && at->first <= range.last; ++at) {
      if (at->first > range.first) rest.push_back({range.first, at->first - 1});
      range.first = at->last + 1;
      if (range.first > range.last) break;
    }
    if (range.first <= range.last) rest.push_back(range);
  }
  ranges_ = std::move(rest);
}

CounterSet Intersect(const CounterSet& a, const CounterSet& b) {
  CounterSet both;
  auto x = a.ranges_.begin();
  auto y = b.ranges_.begin();
  while (x != a.ranges_.end() && y != b.ranges_.end()) {
    const CounterRange common{std::max(x->first, y->first), std::min(x->last, y->last)};
    if (common.first <= common.last) both.ranges_.push_back(common);
    (x->last < y->last ? x : y)++;
  }
  return both;
}

bool CounterSet::Contains(uint64_t counter) const {
  const auto range =
      std::lower_bound(ranges_.begin(), ranges_.end(), counter,
                       [](const CounterRange& known, uint64_t at) { return known.last < at; });
  return range != ranges_.end() && range->first <= counter;
}

bool CounterSet::Covers(const CounterSet& other) const {
  return std::all_of(other.ranges_.begin(), other.ranges_.end(), [&](const CounterRange& wanted) {
    const auto range =
        std::lower_bound(ranges_.begin(), ranges_.end(), wanted.first,
                         [](const CounterRange& known, uint64_t at) { return known.last < at; });
    return range != ranges_.end() && range->first <= wanted.first && wanted.last <= range->last;
  });
}

uint64_t CounterSet::size() const {
  uint64_t sum = 0;
  for (const CounterRange& range : ranges_) sum += range.size();
  return sum;
}

}  // namespace quorate::quorum
