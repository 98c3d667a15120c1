// What it takes to bring a leaderless node up to date that was away, what replicas
// say to one another when all is quiet, and what a key costs on disk.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "figure.h"
#include "own_cluster.h"

namespace quorate::bench {

struct RejoinOptions {
  uint64_t keys = 1'000'000;
  uint64_t missed_permille = 10;  // of the keys, written while it is away
  absl::Duration settle = absl::Seconds(20);
  absl::Duration idle = absl::Seconds(20);
  std::function<void(std::string)> progress;
};

absl::StatusOr<Experiment> MeasureRejoin(const Surroundings& surroundings,
                                         const RejoinOptions& options);

}  // namespace quorate::bench
