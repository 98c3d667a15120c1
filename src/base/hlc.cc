#include "base/hlc.h"

#include <algorithm>

namespace quorate {

HlcTime HybridClock::Next(uint64_t calendar_us) {
  last_ = std::max(HlcFromMicros(calendar_us), last_.next());
  return last_;
}

bool HybridClock::Observe(HlcTime seen, uint64_t calendar_us, uint64_t skew_us_max) {
  if (seen <= last_) return true;
  if (MicrosOf(seen) > calendar_us && MicrosOf(seen) - calendar_us > skew_us_max) return false;
  last_ = std::max(last_, seen);
  return true;
}

}  // namespace quorate
