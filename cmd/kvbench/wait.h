// Waiting for what lives in other processes, which have no event to give us.
#pragma once

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace quorate::bench {

// Asks every 10 ms until the answer is yes; false: not within `limit`.
template <class Question>
bool WaitUntil(absl::Duration limit, const Question& question) {
  const absl::Time give_up = absl::Now() + limit;
  while (!question()) {
    if (absl::Now() > give_up) return false;
    absl::SleepFor(absl::Milliseconds(10));
  }
  return true;
}

}  // namespace quorate::bench
