// Reads, writes and compare-and-sets of a few keys.
#pragma once

#include <memory>
#include <string>

#include "workload.h"

namespace quorate::load {

std::unique_ptr<Workload> MakeRegister(const Job& job, const Place& place, const std::string& run);

}  // namespace quorate::load
