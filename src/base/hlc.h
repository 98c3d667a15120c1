// Hybrid logical clock (Kulkarni et al. 2014): timestamps close to the calendar
// that order whatever happened before whatever saw it, however clocks are set.
#pragma once

#include <cstdint>

#include "base/ids.h"

namespace quorate {

struct HlcTimeTag {
  static constexpr char kPrefix[] = "h";
};
// Microseconds since 1970 in the upper 52 bits (until 2112), a count in the
// lower 12.
using HlcTime = Position<HlcTimeTag>;

inline constexpr int kHlcCountBits = 12;

constexpr HlcTime HlcFromMicros(uint64_t calendar_us) {
  return HlcTime(calendar_us << kHlcCountBits);
}
constexpr uint64_t MicrosOf(HlcTime time) { return time.value() >> kHlcCountBits; }

// Single-threaded. Calendar time comes from the caller.
class HybridClock {
 public:
  // `floor`: nothing at or below is given out; what was reserved before a restart.
  explicit HybridClock(HlcTime floor = {}) : last_(floor) {}

  // Above everything given out and seen before.
  HlcTime Next(uint64_t calendar_us);

  // Takes a timestamp of another node as seen. False, and nothing changes, where
  // it lies more than `skew_us_max` ahead of this node's calendar, and was not seen yet.
  bool Observe(HlcTime seen, uint64_t calendar_us, uint64_t skew_us_max);

  HlcTime last() const { return last_; }

 private:
  HlcTime last_;
};

}  // namespace quorate
