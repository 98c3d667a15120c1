// What memory nodes take that hold many keys, beside etcd's.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "figure.h"
#include "own_cluster.h"

namespace quorate::bench {

struct MemoryOptions {
  uint64_t keys = 1'000'000;
  uint32_t value_bytes = 256;
  absl::Duration settle = absl::Seconds(20);  // after the last write
  std::function<void(std::string)> progress;
};

// Quorate and then, where there is one, etcd.
absl::StatusOr<Experiment> MeasureMemory(const Surroundings& surroundings,
                                         const MemoryOptions& options);

}  // namespace quorate::bench
