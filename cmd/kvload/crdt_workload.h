// Changes of values that merge: counters, sets with removals, maps with fields of all
// types.
#pragma once

#include <memory>
#include <string>

#include "workload.h"

namespace quorate::load {

std::unique_ptr<Workload> MakeCrdt(const Job& job, const Place& place, const std::string& run);

}  // namespace quorate::load
