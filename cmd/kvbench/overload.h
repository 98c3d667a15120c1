// What comes of several times as much as nodes can take.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "figure.h"
#include "own_cluster.h"

namespace quorate::bench {

struct OverloadOptions {
  double times = 5;  // the peak
  uint32_t rounds = 3;
  absl::Duration burst = absl::Seconds(5);
  absl::Duration around = absl::Seconds(2);  // before it, at little load; afterwards
  uint64_t keys = 20'000;
  bool share_cores = false;  // the nodes and the load
  uint64_t seed = 1;
  std::function<void(std::string)> progress;
};

// Of puts, of puts by the client library, and of batches.
absl::StatusOr<Experiment> MeasureOverload(const Surroundings& surroundings,
                                           const OverloadOptions& options);

}  // namespace quorate::bench
