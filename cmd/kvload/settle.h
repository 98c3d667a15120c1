// kvload settle.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "connections.h"
#include "prepare.h"

namespace quorate::load {

struct Settled {
  std::vector<std::string> differences;  // for people; empty: all replicas are equal
  std::string summary;                   // a line for each job
};

// Waits until the replicas of every job's keyspace are equal and writes down what
// each holds of the job's keys, and where each key is; when the time is over, as they are
// then. INVALID_ARGUMENT: a history that tells of no key. CANCELLED: a signal came.
absl::StatusOr<Settled> SettleJobs(Connections& connections, std::vector<PreparedJob> jobs,
                                   absl::Duration timeout);

}  // namespace quorate::load
