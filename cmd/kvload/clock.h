// The one clock of a run's times.
#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "base/env.h"

namespace quorate::load {

// Microseconds of the machine's monotonic clock, which no calendar touches.
inline int64_t NowUs() { return absl::ToInt64Microseconds(SystemEnv().Monotonic()); }

}  // namespace quorate::load
