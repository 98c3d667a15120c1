#include "rpc/parker.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace quorate::rpc {
namespace {

static_assert(sizeof(std::atomic<uint32_t>) == sizeof(uint32_t));

void Futex(std::atomic<uint32_t>& word, int operation, uint32_t value) {
  syscall(SYS_futex, reinterpret_cast<uint32_t*>(&word), operation | FUTEX_PRIVATE_FLAG, value,
          nullptr, nullptr, 0);
}

}  // namespace

void Parker::Wake() {
  uint32_t state = state_.load(std::memory_order_relaxed);
  uint32_t woken = kWoken;
  do {
    woken = state == kLent || state == kLentAndWoken ? kLentAndWoken : kWoken;
  } while (!state_.compare_exchange_weak(state, woken, std::memory_order_acq_rel));
  if (state == kAsleep) sockets_.Wake();
}

void Parker::Park(absl::Duration now, absl::Duration until) {
  uint32_t state = kAwake;
  until_ = until;
  const bool sleeps =
      until > now && state_.compare_exchange_strong(state, kAsleep, std::memory_order_acq_rel);
  const int ready = sleeps ? Sleep(until - now) : sockets_.Wait(absl::ZeroDuration());
  state_.exchange(kAwake, std::memory_order_acq_rel);
  sockets_.Tell(ready);
}

int Parker::Sleep(absl::Duration timeout) {
  const int ready = sockets_.Wait(timeout);
  uint32_t state = kAsleep;
  while (!state_.compare_exchange_strong(state, kAwake) && state != kWoken) {
    if (state != kAsleep) {
      overslept_ = true;
      Futex(state_, FUTEX_WAIT, state);
    }
    state = kAsleep;
  }
  overslept_ = false;
  return ready;
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
  if (overslept_) return Futex(state_, FUTEX_WAKE, 1);
  if (!sleeps_on) sockets_.Wake();
}

}  // namespace quorate::rpc
