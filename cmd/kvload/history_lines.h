// How what clients did is written down: docs/history-format.md. Nothing else here
// knows the format.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "check/history.h"
#include "client/admin_types.h"
#include "plan.h"
#include "request.h"
#include "shape.h"
#include "workload.h"

namespace quorate::load {

// All lines end with a newline.

// The first line of a job's history.
std::string HeaderLine(const Job& job, const Place& place);

// Who asked, beside the request.
struct Asker {
  uint64_t client = 0;
  uint64_t session = 0;  // 0: none
  std::string target;    // the node asked; empty: the library chose
  uint64_t batch = 0;    // a number no other request has
};
// Of a request that has ended or been given up: a line for each of its keys.
std::string OperationLines(const Job& job, const Place& place, const Asker& asker,
                           const Request& request, const Reply& reply);

// Where keys are, by key as histories name it.
std::string PlacementLines(const std::map<std::string, PartitionDescription>& partitions);

// What one replica held at the end, by key as histories name it.
std::string ReplicaLines(const std::string& node, const std::map<std::string, Told>& held);

}  // namespace quorate::load
