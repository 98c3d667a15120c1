// A disk that loses the end of a log.
#pragma once

#include <cstdint>

#include "base/random.h"
#include "sim/machine.h"

namespace quorate::sim {

// Some of the last records up to the log's mark, and all behind them, were never
// written. Returns how many of those were marked; zero: there was nothing to lose.
uint64_t CutLogBelowMark(Machine& machine, Random& random);

}  // namespace quorate::sim
