// Puts with a time to live, and reads around the moment at which it is over.
#pragma once

#include <memory>
#include <string>

#include "workload.h"

namespace quorate::load {

std::unique_ptr<Workload> MakeExpiry(const Job& job, const Place& place, const std::string& run);

}  // namespace quorate::load
