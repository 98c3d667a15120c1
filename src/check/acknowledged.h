// Acknowledged writes by the moment their replies came: what must be seen by
// whoever began later.
#pragma once

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "check/history.h"

namespace quorate::check {

// The greatest, by some measure, of those that returned before a moment.
class GreatestByReturn {
 public:
  static constexpr uint32_t kNone = UINT32_MAX;

  void Add(int64_t return_us, int64_t measure, uint32_t write) {
    entries_.push_back({return_us, measure, write});
  }
  void Seal() {
    std::stable_sort(entries_.begin(), entries_.end(),
                     [](const Entry& a, const Entry& b) { return a.return_us < b.return_us; });
    for (size_t i = 1; i < entries_.size(); ++i) {
      if (entries_[i].measure >= entries_[i - 1].measure) continue;
      entries_[i].measure = entries_[i - 1].measure;
      entries_[i].write = entries_[i - 1].write;
    }
  }

  // The measure and whose it is; kNone: nothing returned before.
  std::pair<int64_t, uint32_t> Before(int64_t moment_us) const {
    const auto end = std::partition_point(entries_.begin(), entries_.end(),
                                          [&](const Entry& e) { return e.return_us < moment_us; });
    if (end == entries_.begin()) return {INT64_MIN, kNone};
    return {std::prev(end)->measure, std::prev(end)->write};
  }

 private:
  struct Entry {
    int64_t return_us;
    int64_t measure;
    uint32_t write;
  };
  std::vector<Entry> entries_;
};

// When the write was over for certain; INT64_MAX: nobody knows.
inline int64_t EndOf(const Operation& op) {
  return op.outcome == Outcome::kDone ? *op.return_us : INT64_MAX;
}

}  // namespace quorate::check
