// Lists that grow by compare-and-set of the version that was read.
#pragma once

#include <memory>
#include <string>

#include "workload.h"

namespace quorate::load {

std::unique_ptr<Workload> MakeAppend(const Job& job, const Place& place, const std::string& run);

}  // namespace quorate::load
