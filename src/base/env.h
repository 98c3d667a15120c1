// The seam to what is not deterministic: clocks and randomness. Everything
// below the threads and sockets takes these from an Env, so that a whole node
// runs in the simulator.
#pragma once

#include <cstdint>

#include "absl/time/time.h"

namespace quorate {

class Env {
 public:
  virtual ~Env() = default;

  // Time since an arbitrary start; never goes back. For timers and deadlines.
  virtual absl::Duration Monotonic() const = 0;
  // The calendar's time, which may jump. For time-stamps that people see.
  virtual absl::Time WallTime() const = 0;
  // Uniform over all 64-bit values.
  virtual uint64_t Random() = 0;
};

// The process's Env. Thread-safe.
Env& SystemEnv();

}  // namespace quorate
