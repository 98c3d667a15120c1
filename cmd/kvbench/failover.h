// How long writes stop when the process that leads is killed.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "figure.h"
#include "own_cluster.h"

namespace quorate::bench {

struct FailoverOptions {
  uint32_t kills = 20;  // of each contestant
  uint64_t seed = 1;
  std::function<void(std::string)> progress;
};

// Quorate and, where there is one, etcd: the contestants take turns, in an
// order drawn anew each time.
absl::StatusOr<Experiment> MeasureFailover(const Surroundings& surroundings,
                                           const FailoverOptions& options);

}  // namespace quorate::bench
