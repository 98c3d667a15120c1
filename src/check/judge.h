// One history, all its promises: a line for each level of reading, one for
// batches where there are any, one for what is left at last.
//
//   for (const PromiseVerdict& line : JudgeHistory(history)) …
#pragma once

#include <functional>
#include <vector>

#include "check/linearizable.h"
#include "check/verdict.h"

namespace quorate::check {

struct JudgeOptions {
  LinearizabilityOptions order = {};
  // How much sooner or later than its time to live a value may go: what the
  // clocks of leaders differ by, and 100 ms for the leader to say that it is due.
  // Later by as long as nobody led, besides (unled.h).
  int64_t expiry_slack_us = 1'000'000;
  // No node's disk was lost or damaged: in mode quorum a write at ONE or ANY lasts then.
  bool disks_kept = false;
  // A clock in seconds, from which each line's `seconds` are taken; if any.
  std::function<double()> clock = nullptr;
};

std::vector<PromiseVerdict> JudgeHistory(const History& history, const JudgeOptions& options = {});

// Of all lines: an anomaly if any has one, else undecided if any is, else
// nothing checked if any checked nothing or there is none.
Verdict Sum(const std::vector<PromiseVerdict>& lines);

}  // namespace quorate::check
