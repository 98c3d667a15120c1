// What became of each element that was added (Jepsen's set-full): was it seen,
// how long did that take, and did it go again without being removed?
//
// Figures beside the verdicts: whether a single read was right is judged by
// members_truth.h and list_truth.h.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "check/key_truth.h"

namespace quorate::check {

struct SetFull {
  uint64_t added = 0;       // acknowledged
  uint64_t never_read = 0;  // no read began after that: nobody can tell
  uint64_t lost = 0;        // the last such read lacked it, and nobody removed it
  uint64_t stale = 0;       // some such read lacked it, a later one had it
  // From its acknowledgement until the first read from which on all had it, of
  // those not lost and not removed: median, greatest.
  int64_t visible_after_us_median = 0;
  int64_t visible_after_us_max = 0;
};

// Reads of all levels.
SetFull FollowElements(const std::vector<KeyHistory>& keys);

std::string FormatSetFull(const SetFull& followed);

}  // namespace quorate::check
