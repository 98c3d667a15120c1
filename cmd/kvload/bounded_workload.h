// A third of the clients put ever new values, the others only read, at a bound of age.
#pragma once

#include <memory>
#include <string>

#include "workload.h"

namespace quorate::load {

std::unique_ptr<Workload> MakeBounded(const Job& job, const Place& place, const std::string& run);

}  // namespace quorate::load
