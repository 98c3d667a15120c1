// The reads and writes of linearizable levels: is there one order of them, for
// each key, that agrees with time and with what was told? Reads of weaker
// levels in the same history have no part in it, and writes at ONE of mode
// raft, which may be lost, need not have happened.
//
// Keys of one value and counters go to linearizable.h. Lists tell their order
// themselves (list_truth.h). Sets, and keys that expire, are judged read by
// read: each must be fresh.
#pragma once

#include <string_view>
#include <vector>

#include "check/key_kind.h"
#include "check/linearizable.h"
#include "check/promise.h"
#include "check/unled.h"
#include "check/verdict.h"

namespace quorate::check {

// Reads at `level`, and at those that promise the same or more. `unled`: what expires may
// be late for that.
PromiseVerdict JudgeOrder(const std::vector<KeyHistory>& keys, const JobInfo& job,
                          std::string_view level, const LinearizabilityOptions& options,
                          int64_t expiry_slack_us, const UnledPartitions* unled = nullptr);

}  // namespace quorate::check
