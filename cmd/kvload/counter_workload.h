// Additions to counters, and reads of them.
#pragma once

#include <memory>
#include <string>

#include "workload.h"

namespace quorate::load {

std::unique_ptr<Workload> MakeCounter(const Job& job, const Place& place, const std::string& run);

}  // namespace quorate::load
