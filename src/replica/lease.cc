#include "replica/lease.h"

#include <algorithm>

namespace quorate {

absl::Duration LeaseLength(absl::Duration promise, uint32_t drift_ppm) {
  // 1 - d is a little less than the 1 / (1 + d) that would do.
  const int64_t left = 1'000'000 - std::min<int64_t>(drift_ppm, 1'000'000);
  return std::max(absl::ZeroDuration(), promise) * left / 1'000'000;
}

void Lease::Began(uint64_t round, absl::Duration now, absl::Duration longest) {
  if (round <= last_) return;
  last_ = round;
  while (!rounds_.empty() && rounds_.front().began + longest <= now) rounds_.pop_front();
  // Of rounds that began at one moment the last stands for all.
  if (!rounds_.empty() && rounds_.back().began == now) rounds_.pop_back();
  rounds_.push_back({round, now});
}

bool Lease::Holds(uint64_t promised, absl::Duration now, absl::Duration length) const {
  const auto after =
      std::upper_bound(rounds_.begin(), rounds_.end(), promised,
                       [](uint64_t number, const Round& round) { return number < round.number; });
  return after != rounds_.begin() && now < std::prev(after)->began + length;
}

}  // namespace quorate
