#include "rpc/parker.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>

namespace quorate::rpc {
namespace {

static_assert(sizeof(std::atomic<uint32_t>) == sizeof(uint32_t));

long Futex(std::atomic<uint32_t>* word, int operation, uint32_t value, const timespec* timeout) {
  return syscall(SYS_futex, reinterpret_cast<uint32_t*>(word), operation | FUTEX_PRIVATE_FLAG,
                 value, timeout, nullptr, 0);
}

}  // namespace

void Parker::Wake() {
  if (state_.exchange(kWoken, std::memory_order_acq_rel) == kAsleep) {
    Futex(&state_, FUTEX_WAKE, 1, nullptr);
  }
}

void Parker::Park(absl::Duration at_most) {
  uint32_t expected = kAwake;
  if (at_most > absl::ZeroDuration() &&
      state_.compare_exchange_strong(expected, kAsleep, std::memory_order_acq_rel)) {
    const timespec timeout = absl::ToTimespec(std::min(at_most, absl::Hours(1)));
    Futex(&state_, FUTEX_WAIT, kAsleep, &timeout);
  }
  state_.exchange(kAwake, std::memory_order_acq_rel);
}

}  // namespace quorate::rpc
