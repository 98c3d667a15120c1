// Open-loop unary load: the calls of closed_loop.h at moments of their own.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/time/time.h"
#include "closed_loop.h"
#include "slice.h"

namespace quorate::bench {

struct OpenLoad {
  double per_second = 0;
  absl::Duration warm_up;  // at the same rate, not counted
  absl::Duration length;
};

// Latencies count from when a call was due; all that fell due in `length` counts,
// however late it was answered.
Slice RunOpenLoop(const std::function<std::unique_ptr<Caller>()>& make, const OpenLoad& load,
                  uint64_t seed);

}  // namespace quorate::bench
