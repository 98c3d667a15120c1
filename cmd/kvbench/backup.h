// How fast a keyspace is backed up and restored, beside the disk that it goes to.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "figure.h"
#include "own_cluster.h"

namespace quorate::bench {

struct BackupOptions {
  uint64_t keys = 1'000'000;
  uint32_t rounds = 3;
  std::function<void(std::string)> progress;
};

absl::StatusOr<Experiment> MeasureBackup(const Surroundings& surroundings,
                                         const BackupOptions& options);

}  // namespace quorate::bench
