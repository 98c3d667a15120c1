// How long to wait before which attempt.
#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "client/options.h"

namespace quorate::client {

// Before retry number `retry` (0 is the first). `random` is uniform over all
// 64-bit values; it takes up to a half off, so that callers who failed
// together don't come back together.
absl::Duration ComputeBackoff(const BackoffOptions& options, uint32_t retry, uint64_t random);

}  // namespace quorate::client
