#include "replica/young_dots.h"

#include <algorithm>
#include <iterator>

#include "quorum/bytes.h"

namespace quorate {
namespace {

using quorum::CounterRange;

// The first `count` of them.
std::string_view FirstKeys(std::string_view keys, uint64_t count) {
  quorum::Reader reader(keys);
  for (; count > 0; --count) reader.Sized();
  return keys.substr(0, keys.size() - reader.left().size());
}

}  // namespace

YoungDots::Rows::const_iterator YoungDots::From(uint64_t counter) const {
  const auto behind = rows_.upper_bound(counter);
  if (behind == rows_.begin()) return behind;
  const auto before = std::prev(behind);
  return before->second.last >= counter ? before : behind;
}

void YoungDots::Add(CounterRange range, std::string keys, LogIndex index) {
  // The common case: the next ones.
  rows_.try_emplace(rows_.end(), range.first, Row{range.last, index, std::move(keys)});
}

LogIndex YoungDots::Erase(CounterRange range, LogIndex none) {
  LogIndex lowest = none;
  auto at = From(range.first);
  while (at != rows_.end() && at->first <= range.last) {
    const uint64_t first = at->first;
    const Row row = at->second;
    lowest = std::min(lowest, row.index);
    at = rows_.erase(at);
    if (first < range.first) {
      Add({first, range.first - 1}, std::string(FirstKeys(row.keys, range.first - first)),
          row.index);
    }
    if (row.last > range.last) {
      const std::string_view gone = FirstKeys(row.keys, range.last + 1 - first);
      Add({range.last + 1, row.last}, row.keys.substr(gone.size()), row.index);
    }
    at = From(range.first);
  }
  return lowest;
}

LogIndex YoungDots::LowestIndex(LogIndex none) const {
  for (const auto& [first, row] : rows_) none = std::min(none, row.index);
  return none;
}

std::vector<CounterRange> YoungDots::ranges() const {
  std::vector<CounterRange> all;
  for (const auto& [first, row] : rows_) all.push_back({first, row.last});
  return all;
}

std::vector<CounterRange> YoungDots::RangesUpTo(LogIndex to) const {
  std::vector<CounterRange> found;
  for (const auto& [first, row] : rows_) {
    if (row.index <= to) found.push_back({first, row.last});
  }
  return found;
}

void YoungDots::ForEach(CounterRange range,
                        absl::FunctionRef<bool(uint64_t counter, std::string_view key)> use) const {
  for (auto at = From(range.first); at != rows_.end() && at->first <= range.last; ++at) {
    quorum::Reader keys(at->second.keys);
    for (uint64_t counter = at->first; counter <= std::min(at->second.last, range.last);
         ++counter) {
      const std::string_view key = keys.Sized();
      if (counter >= range.first && !use(counter, key)) return;
    }
  }
}

}  // namespace quorate
