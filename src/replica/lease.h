// Until when a leader knows, by its own clock, that nobody else can have been
// elected: a majority has promised so, for a while that began after the round of
// heartbeats that asked for it did.
// Source: Ongaro's thesis, 6.4.1; docs/consistency.md says what it rests on.
#pragma once

#include <cstdint>
#include <deque>

#include "absl/time/time.h"

namespace quorate {

// What is left of `promise`, a span of a follower's clock, on a leader's that may
// run slower by `drift_ppm` parts per million. Never negative.
absl::Duration LeaseLength(absl::Duration promise, uint32_t drift_ppm);

class Lease {
 public:
  // The heartbeats of `round` leave at `now` or later. Only the first word on a
  // round counts. Rounds that began more than `longest` ago are forgotten.
  void Began(uint64_t round, absl::Duration now, absl::Duration longest);
  // True if the newest round up to `promised` began less than `length` ago.
  bool Holds(uint64_t promised, absl::Duration now, absl::Duration length) const;
  // Nothing that began before now counts any more: the clock cannot be trusted
  // to have told how long ago that was.
  void GiveUp() { rounds_.clear(); }

 private:
  struct Round {
    uint64_t number = 0;
    absl::Duration began;
  };
  std::deque<Round> rounds_;  // by number
  uint64_t last_ = 0;
};

}  // namespace quorate
