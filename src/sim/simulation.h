// One run: a whole cluster, its clients and its troubles, from a seed.
//
//   const RunResult result = Simulate({.seed = 7});
//   if (!result.clean()) std::cerr << result.violation << result.timeline;
//
// First faults of every kind (safety: nothing wrong may be seen). Then a core,
// a majority of every partition, is healed and the rest left dead (liveness:
// everything is answered before long). At last all is healed, and the replicas
// must become equal, to the byte.
#pragma once

#include <cstdint>
#include <optional>
#include <ostream>
#include <string>

#include "absl/time/time.h"
#include "check/history.h"
#include "node/node.h"
#include "sim/knobs.h"

namespace quorate::sim {

struct RunOptions {
  uint64_t seed = 1;
  Profile profile = Profile::kMixed;
  std::optional<uint32_t> nodes = std::nullopt;         // else the seed's choice
  std::optional<absl::Duration> safety = std::nullopt;  // length of the phase with faults
  NodeBugs bugs = {};
  std::ostream* live = nullptr;  // every event, as it happens
};

struct RunResult {
  uint64_t seed = 0;
  std::string violation;  // empty: none
  std::string timeline;   // what led to it, in lines; empty without one
  std::string knobs;      // what the seed chose, in words
  uint64_t trace_hash = 0;
  uint64_t events = 0;
  absl::Duration virtual_time;
  uint64_t done = 0, failed = 0, unknown = 0;
  uint64_t faults = 0;
  uint64_t overlapping = 0;            // operations whose order time alone does not give
  uint64_t registers_overlapping = 0;  // likewise, of registers without a leader
  // The violation is that too little happened: no rule was seen broken.
  bool proves_nothing = false;
  check::History history;

  bool clean() const { return violation.empty(); }
};

RunResult Simulate(const RunOptions& options);

}  // namespace quorate::sim
