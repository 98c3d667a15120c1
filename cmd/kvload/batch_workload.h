// Keys of one tag, written at once with one value and read at once.
#pragma once

#include <memory>
#include <string>

#include "workload.h"

namespace quorate::load {

std::unique_ptr<Workload> MakeBatch(const Job& job, const Place& place, const std::string& run);

}  // namespace quorate::load
