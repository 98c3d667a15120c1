// Unary calls to a cluster, or to the yardstick.
#pragma once

#include <cstdint>
#include <memory>

#include "absl/time/time.h"
#include "closed_loop.h"
#include "slice.h"
#include "target.h"

namespace quorate::bench {

// Gets at LINEARIZABLE from the leader; at BOUNDED(1 s) and ONE from any node.
// Puts at QUORUM, and the same under identities, so that they happen once. Of mode
// quorum: gets at QUORUM and puts at ONE, at the key's first replica.
enum class UnaryOp : uint8_t {
  kGet,
  kGetBounded,
  kGetOne,
  kPut,
  kPutOnce,
  kGetQuorum,
  kPutAtOne,
};

std::unique_ptr<Caller> MakeCaller(Target& target, UnaryOp op);

Slice RunUnary(Target& target, UnaryOp op, uint32_t in_flight, absl::Duration length,
               uint64_t seed);

}  // namespace quorate::bench
