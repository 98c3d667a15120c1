// Unique elements are added to sets, which are read whole: nothing that was
// acknowledged may be missing. Elements are keys of their own, or, under policy set,
// elements.
#pragma once

#include <memory>
#include <string>

#include "workload.h"

namespace quorate::load {

std::unique_ptr<Workload> MakeSet(const Job& job, const Place& place, const std::string& run);

}  // namespace quorate::load
