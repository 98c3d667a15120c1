// Sessions that move between nodes: each client has one, and asks another node with
// each operation.
#pragma once

#include <memory>
#include <string>

#include "workload.h"

namespace quorate::load {

std::unique_ptr<Workload> MakeSession(const Job& job, const Place& place, const std::string& run);

}  // namespace quorate::load
