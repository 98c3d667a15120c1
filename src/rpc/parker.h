// Puts one thread to sleep until it is woken or a moment has come. A wake
// before the sleep is not lost; any number of them count once.
#pragma once

#include <atomic>
#include <cstdint>

#include "absl/time/time.h"

namespace quorate::rpc {

class Parker {
 public:
  // Any thread. One atomic exchange, and a system call only if it sleeps.
  void Wake();
  // The one thread: returns at once if woken since the last Park.
  void Park(absl::Duration at_most);

 private:
  enum State : uint32_t { kAwake, kWoken, kAsleep };
  std::atomic<uint32_t> state_{kAwake};
};

}  // namespace quorate::rpc
