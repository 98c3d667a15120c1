// The reads of one level that promises less than an order: each is judged by
// its own promise, against the true clock of the clients.
//
// And counted: reads that are older than their level forbids no more than any
// weak level does, that is, that lack a write acknowledged before they began.
// Without any the level has not been shown to be weak.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "check/key_kind.h"
#include "check/promise.h"
#include "check/unled.h"
#include "check/verdict.h"

namespace quorate::check {

// Reads of exactly this level; `keys` as SplitByKey gives them. `unled`: what expires may
// be late for that.
PromiseVerdict JudgeReads(const std::vector<KeyHistory>& keys, const JobInfo& job,
                          std::string_view level, int64_t expiry_slack_us,
                          const UnledPartitions* unled = nullptr);

// One read of one truth, as an anomaly: the writes that show it, and the read.
Anomaly ToAnomaly(const Answer& answer, const Operation& read, const Operation* shown_by = nullptr);

// Of a list: the appends at these positions.
Anomaly OutOfOrder(const KeyHistory& key, std::pair<uint32_t, uint32_t> appends);

}  // namespace quorate::check
