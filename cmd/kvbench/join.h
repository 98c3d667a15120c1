// What clients notice when a fourth node joins three, and how much is moved for it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "figure.h"
#include "own_cluster.h"

namespace quorate::bench {

struct JoinOptions {
  uint64_t keys = 1'000'000;
  uint32_t rounds = 3;
  absl::Duration stretch = absl::Seconds(20);  // before, and afterwards
  std::function<void(std::string)> progress;
};

absl::StatusOr<Experiment> MeasureJoin(const Surroundings& surroundings,
                                       const JoinOptions& options);

}  // namespace quorate::bench
