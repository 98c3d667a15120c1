// The time that a partition's leader writes into its log, by which keys expire.
//
// The calendar counts only once, when the replica starts; from there on the
// time goes on with the machine's monotonic clock, and is moved ahead by newer
// times found in the log. So it jumps with no calendar, and what a new leader says
// differs from what the old one would have said by no more than their calendars
// did when they started, and their clocks' drift since.
#pragma once

#include <algorithm>
#include <cstdint>

#include "absl/time/time.h"

namespace quorate {

class LogClock {
 public:
  LogClock(absl::Duration now, absl::Time calendar)
      : time_us_(std::max<int64_t>(0, absl::ToUnixMicros(calendar))), at_(now) {}

  // The log holds a time, which its proposer's clock read some while ago.
  void Learn(uint64_t time_us, absl::Duration now) {
    if (time_us <= At(now)) return;
    time_us_ = time_us;
    at_ = now;
  }

  // In microseconds since 1970.
  uint64_t At(absl::Duration now) const {
    return time_us_ + static_cast<uint64_t>(absl::ToInt64Microseconds(now - at_));
  }

 private:
  uint64_t time_us_;
  absl::Duration at_;
};

}  // namespace quorate
