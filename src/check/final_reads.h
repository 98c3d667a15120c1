// After the run, with everything healed: does every replica hold the same, and
// all that was acknowledged, or what rightly came after it? Judged by the kind
// of each key (key_kind.h), so it holds for every mode and policy.
//
// Each key is looked for at its own replicas, all of them: with one that was not
// read, or fewer than the job's, there is no pass.
//
// Writes at ONE and ANY are on one disk, which the run may have taken away: of
// them it is counted what is lost, unless `disks_kept`.
#pragma once

#include <vector>

#include "check/key_truth.h"
#include "check/promise.h"
#include "check/verdict.h"

namespace quorate::check {

// `keys` as SplitByKey gives them of the history.
PromiseVerdict JudgeFinalReads(const std::vector<KeyHistory>& keys, const JobInfo& job,
                               const History& history, bool disks_kept = false);

}  // namespace quorate::check
