// How fast the replicas of a node that is gone for good are made anew on the others.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "figure.h"
#include "own_cluster.h"

namespace quorate::bench {

struct RebuildOptions {
  uint64_t keys = 1'000'000;
  uint32_t rounds = 3;
  std::function<void(std::string)> progress;
};

absl::StatusOr<Experiment> MeasureRebuild(const Surroundings& surroundings,
                                          const RebuildOptions& options);

}  // namespace quorate::bench
