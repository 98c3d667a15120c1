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

void WakeSleeper(std::atomic<uint32_t>& word) { Futex(&word, FUTEX_WAKE, 1, nullptr); }

// Longer is no difference to anybody, and fits a timespec.
constexpr absl::Duration kSleepMax = absl::Hours(1);

}  // namespace

void Parker::Wake() {
  uint32_t state = state_.load(std::memory_order_relaxed);
  uint32_t woken = kWoken;
  do {
    woken = state == kLent || state == kLentAndWoken ? kLentAndWoken : kWoken;
  } while (!state_.compare_exchange_weak(state, woken, std::memory_order_acq_rel));
  if (state == kAsleep) WakeSleeper(state_);
}

void Parker::Park(absl::Duration now, absl::Duration until) {
  uint32_t state = kAwake;
  until_ = until;
  if (until > now && state_.compare_exchange_strong(state, kAsleep, std::memory_order_acq_rel)) {
    const timespec timeout = absl::ToTimespec(std::min(until - now, kSleepMax));
    Futex(&state_, FUTEX_WAIT, kAsleep, &timeout);
    for (state = kAsleep; !state_.compare_exchange_strong(state, kAwake);) {
      if (state == kWoken) break;
      if (state != kAsleep) {
        overslept_ = true;
        Futex(&state_, FUTEX_WAIT, state, nullptr);
      }
      state = kAsleep;
    }
    overslept_ = false;
  }
  state_.exchange(kAwake, std::memory_order_acq_rel);
}

bool Parker::Borrow() {
  uint32_t asleep = kAsleep;
  return state_.compare_exchange_strong(asleep, kLent, std::memory_order_acq_rel);
}

void Parker::GiveBack(absl::Duration until) {
  uint32_t lent = kLent;
  const bool sleeps_on = until >= until_ && state_.compare_exchange_strong(lent, kAsleep);
  if (!sleeps_on) state_ = kWoken;
  // Who has overslept finds itself awake, or lent once more.
  if (!sleeps_on || overslept_) WakeSleeper(state_);
}

}  // namespace quorate::rpc
