// What a node costs that holds many replicas and has nothing to do.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "figure.h"
#include "own_cluster.h"

namespace quorate::bench {

struct IdleOptions {
  uint32_t replicas = 256;  // on each of three nodes
  uint64_t keys_each = 16;  // written into each partition, on average
  absl::Duration settle = absl::Seconds(10);
  absl::Duration length = absl::Seconds(20);
  std::function<void(std::string)> progress;
};

absl::StatusOr<Experiment> MeasureIdle(const Surroundings& surroundings,
                                       const IdleOptions& options);

}  // namespace quorate::bench
