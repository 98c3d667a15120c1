// The mixes of YCSB, in both modes: what each reaches by closed loop, and its latencies
// by open loop.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/level.h"
#include "figure.h"
#include "key_choice.h"
#include "target.h"

namespace quorate::bench {

struct MixOptions {
  TargetOptions target;    // each keyspace's own, made for this; its mode is not looked at
  bool raft = true;        // which modes
  bool leaderless = true;  // policy lww
  std::string names = "ABCDEF";
  bool streamed = false;
  std::optional<Distribution> distribution;  // instead of the mix's own
  Level read = Level::kDefault;              // the keyspace's
  Level write = Level::kDefault;
  uint32_t in_flight = 64;
  double per_second = 0;  // of the open loop; 0: half of what the closed one reached
  absl::Duration warm_up = absl::Milliseconds(500);
  absl::Duration length = absl::Seconds(2);
  std::function<void(std::string)> progress;
};

absl::StatusOr<Experiment> MeasureMixes(const std::string& endpoint, const MixOptions& options);

}  // namespace quorate::bench
