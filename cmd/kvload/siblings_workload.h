// Writes that replace what a read has shown, writes that stand beside all else, and
// removals, of keys that keep what was written at the same time.
#pragma once

#include <memory>
#include <string>

#include "workload.h"

namespace quorate::load {

std::unique_ptr<Workload> MakeSiblings(const Job& job, const Place& place, const std::string& run);

}  // namespace quorate::load
