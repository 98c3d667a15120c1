// What it costs a keyspace's throughput to be cut into many partitions.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "figure.h"
#include "own_cluster.h"

namespace quorate::bench {

struct PartitionsOptions {
  std::vector<uint32_t> counts = {1, 4, 16, 64, 256};
  uint32_t rounds = 7;
  absl::Duration slice = absl::Seconds(1);
  uint64_t keys = 20'000;  // in each keyspace
  uint64_t seed = 1;
  std::function<void(std::string)> progress;
};

// A keyspace for each count on the same three nodes; they take turns, in an order drawn
// anew each round.
absl::StatusOr<Experiment> MeasurePartitions(const Surroundings& surroundings,
                                             const PartitionsOptions& options);

}  // namespace quorate::bench
