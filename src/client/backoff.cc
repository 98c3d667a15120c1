#include "client/backoff.h"

#include <algorithm>

namespace quorate::client {

absl::Duration ComputeBackoff(const BackoffOptions& options, uint32_t retry, uint64_t random) {
  absl::Duration wait = options.initial;
  for (uint32_t i = 0; i < retry && wait < options.max; ++i) wait *= options.multiplier;
  wait = std::min(wait, options.max);
  const double fraction = static_cast<double>(random >> 11) * 0x1.0p-53;  // in [0, 1)
  return wait - wait * (fraction / 2);
}

}  // namespace quorate::client
