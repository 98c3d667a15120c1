// When calls are answered again as they were before trouble.
#pragma once

#include <vector>

#include "absl/time/time.h"
#include "open_calls.h"

namespace quorate::bench {

// From the end of the trouble until the first of twenty calls in a row that are all done and, in
// the median, took no longer than nine in ten did before `begin`. Infinite: not yet.
absl::Duration RecoveredAfter(std::vector<DueCall> calls, absl::Time begin, absl::Time end);

}  // namespace quorate::bench
