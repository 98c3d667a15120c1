// Slow and failing syncs: fsync, fdatasync, and writes to files that sync each.

#include <time.h>

#include <cerrno>

#include "shim.h"

namespace diskfaults {
namespace {

// One of the failures that are ordered, if there is one left.
bool TakeFailure(uint64_t& left) {
  uint64_t now = Load(left);
  while (now != 0) {
    const uint64_t then = now == kNoLimit ? kNoLimit : now - 1;
    if (__atomic_compare_exchange_n(&left, &now, then, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
      return true;
    }
  }
  return false;
}

bool Concerns(const Open& open) { return (Load(page()->where) & open.where) != 0; }

}  // namespace

SyncFate BeginSync(const Open& open) {
  Count(page()->syncs);
  if (!Concerns(open) || !TakeFailure(page()->fail_syncs)) return {};
  Count(page()->syncs_failed);
  return {true, Load(page()->fail_leaves)};
}

void Delay(const Open& open) {
  const uint64_t slow_us = Concerns(open) ? Load(page()->slow_us) : 0;
  if (slow_us == 0) return;
  Count(page()->syncs_slowed);
  const int kept = errno;
  timespec left{static_cast<time_t>(slow_us / 1'000'000),
                static_cast<long>(slow_us % 1'000'000 * 1000)};
  while (nanosleep(&left, &left) != 0 && errno == EINTR) {
  }
  errno = kept;
}

}  // namespace diskfaults
