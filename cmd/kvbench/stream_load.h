// Closed-loop load on the batched stream: a fixed number of messages in flight
// on each stream, each with a fixed number of operations.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "slice.h"
#include "target.h"

namespace quorate::bench {

// Gets at LINEARIZABLE; puts at QUORUM, and, of mode quorum, at ONE.
enum class StreamOpKind : uint8_t { kGet, kPut, kPutAtOne };

struct StreamShape {
  StreamOpKind op = StreamOpKind::kPut;
  uint32_t streams = 1;  // to each member of the target
  uint32_t window = 4;   // messages in flight on a stream
  uint32_t batch = 64;   // operations in a message
};

Slice RunStream(Target& target, const StreamShape& shape, absl::Duration length, uint64_t seed);

// Puts every key of the target once.
absl::Status WriteAllKeys(Target& target);

}  // namespace quorate::bench
