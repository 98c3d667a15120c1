// Closed-loop unary load: a fixed number of calls in flight, each completion
// starts the next.
#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "slice.h"
#include "target.h"

namespace quorate::bench {

enum class UnaryOp : uint8_t { kGet, kPut };

// Runs for `length`; calls that end later than that are not counted.
Slice RunUnary(Target& target, UnaryOp op, uint32_t in_flight, absl::Duration length,
               uint64_t seed);

}  // namespace quorate::bench
