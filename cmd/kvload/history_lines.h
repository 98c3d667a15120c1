// How what clients did is written down: docs/history-format.md. Nothing else here
// knows the format.
#pragma once

#include <map>
#include <string>

#include "check/history.h"
#include "plan.h"
#include "request.h"
#include "workload.h"

namespace quorate::load {

// The first line of a job's history.
std::string HeaderLine(const Job& job, const Place& place);
// The lines of a request that has ended, or been given up: one for each of its keys.
// `target`: the node asked; empty: the library chose. Each ends with a newline.
std::string OperationLines(const Job& job, const Actor& actor, const std::string& target,
                           const Request& request, const Reply& reply);
// What one replica held at the end.
std::string ReplicaLines(const std::string& node, const std::map<std::string, Told>& held);

}  // namespace quorate::load
