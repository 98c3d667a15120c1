// What a unary data call weighs where calls are counted: at a node's gate, which takes on so
// much at once, and at a client that keeps back what a node would refuse.
#pragma once

#include <cstddef>
#include <cstdint>

namespace quorate {

// One, and one more for each KiB that it brings.
inline uint32_t CallWeightOf(size_t request_bytes) {
  return static_cast<uint32_t>(1 + request_bytes / 1024);
}

}  // namespace quorate
