// kvload run.
#pragma once

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "connections.h"
#include "plan.h"
#include "prepare.h"
#include "progress.h"

namespace quorate::load {

struct RunEnd {
  std::vector<JobTally> tallies;
  absl::Duration elapsed;
  int signal = 0;          // that ended it; 0: its time was over
  bool abandoned = false;  // answers may still come: nothing that they touch may go
};

// Runs all jobs until the time is over or a signal comes (HoldSignals before).
// UNAVAILABLE, WRITE_FAILED: a history could not be written.
absl::StatusOr<RunEnd> RunJobs(const Plan& plan, Connections& connections,
                               std::vector<PreparedJob> jobs);

}  // namespace quorate::load
