// The file through which the conductor tells one node's process what time it is.
// chaos/quorate_chaos/faults/clock_page.py has the same layout.
#pragma once

#include <cstdint>

namespace clockfaults {

inline constexpr uint64_t kMagic = 0x31544c464b434c43;  // "CLCKFLT1"

// A clock that is `offset_ns` ahead at `since_ns` (of the true CLOCK_MONOTONIC)
// and gains `gains_ppb` nanoseconds each second from then on.
struct Clock {
  int64_t offset_ns;
  int64_t gains_ppb;
};

struct Page {
  uint64_t magic;
  uint64_t version;  // odd while the orders are being changed
  // Orders.
  int64_t since_ns;
  Clock wall;
  Clock monotonic;
  uint64_t unused_orders[9];
  // Counts: how often the process was told another time than is.
  uint64_t wall_reads;
  uint64_t monotonic_reads;
  uint64_t waits;
};

}  // namespace clockfaults
