// From when on, by the run's true time, an answer that tells how old its state is at
// most must hold all that was told to anyone.
#pragma once

#include "absl/time/time.h"

namespace quorate::sim {

// Of a node's clock, against the run's: where nobody bends it, none is slower.
inline constexpr double kSlowestClock = 0.95;

// What was told to anyone before that moment is in a state that is `staleness` old at
// most, by its node's clock, where it was asked for at `invoked`.
inline absl::Duration HoldsAllBefore(absl::Duration invoked, absl::Duration staleness) {
  return invoked - staleness / kSlowestClock;
}

}  // namespace quorate::sim
