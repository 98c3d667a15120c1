#include "node/clock_skews.h"

#include <algorithm>

namespace quorate {

void ClockSkews::Note(NodeId node, uint64_t calendar_us, uint64_t own_us) {
  absl::MutexLock lock(&mutex_);
  Told& told = told_[node];
  told.ahead_us[told.count++ % kKept] = static_cast<int64_t>(calendar_us - own_us);
}

std::vector<ClockSkew> ClockSkews::All() const {
  absl::MutexLock lock(&mutex_);
  std::vector<ClockSkew> skews;
  for (const auto& [node, told] : told_) {
    const auto end = told.ahead_us.begin() + static_cast<ptrdiff_t>(std::min(told.count, kKept));
    skews.push_back({node, absl::Microseconds(*std::max_element(told.ahead_us.begin(), end))});
  }
  return skews;
}

}  // namespace quorate
