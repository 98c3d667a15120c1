// What a run and its settling need before they begin.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "connections.h"
#include "plan.h"
#include "recorder.h"
#include "workload.h"

namespace quorate::load {

// A job whose levels are named and whose keyspace is there.
struct PreparedJob {
  Job job;
  Place place;
  KeyspaceDescription keyspace;
  std::unique_ptr<Recorder> recorder;
};

// INVALID_ARGUMENT, BAD_PLAN: a keyspace that is not there, a level or a workload that
// it refuses. Opens the histories in `folder`, which is made if need be.
absl::StatusOr<std::vector<PreparedJob>> Prepare(const Plan& plan, const Connections& connections,
                                                 const std::string& folder);

}  // namespace quorate::load
