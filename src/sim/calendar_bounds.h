// How far nodes' calendars may be from the run's time, and so when what expires may,
// and when it must, be gone.
#pragma once

#include "absl/time/time.h"

namespace quorate::sim {

// Ahead by up to `offset`, and a share of `drift` faster or slower.
struct CalendarBounds {
  absl::Duration offset;
  double drift = 0;

  // What was written for `ttl`, and was acknowledged then, had expired by every
  // calendar when that read began. By the fastest its writer's, by the slowest the
  // reader's.
  bool MustHaveExpired(absl::Duration acknowledged, absl::Duration ttl,
                       absl::Duration read_invoked) const {
    return read_invoked * (1 - drift) > acknowledged * (1 + drift) + offset + ttl + kGrain;
  }
  // It may have, by some calendar, when that read was answered.
  bool MayHaveExpired(absl::Duration invoked, absl::Duration ttl,
                      absl::Duration read_returned) const {
    return read_returned * (1 + drift) + offset >= invoked * (1 - drift) + ttl - kGrain;
  }

 private:
  // Of what times are rounded to.
  static constexpr absl::Duration kGrain = absl::Milliseconds(1);
};

}  // namespace quorate::sim
