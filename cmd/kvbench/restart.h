// How soon a node with much data serves again after it was killed.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "figure.h"
#include "own_cluster.h"

namespace quorate::bench {

struct RestartOptions {
  uint64_t keys = 1'000'000;
  uint32_t restarts = 5;
  std::function<void(std::string)> progress;
};

absl::StatusOr<Experiment> MeasureRestart(const Surroundings& surroundings,
                                          const RestartOptions& options);

}  // namespace quorate::bench
