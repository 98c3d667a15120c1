// What load.json asks for.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/ladder.h"
#include "base/level.h"

namespace quorate::load {

// Clients that do one kind of work in one keyspace, at one pair of levels.
struct Job {
  std::string name;
  std::string workload;
  std::string keyspace;
  Rung read;                      // kDefault: the mode's
  Level write = Level::kDefault;  // likewise
  uint32_t clients = 8;           // at work at once
  uint32_t keys = 4;              // in use at once
  uint64_t rotate_after = 300;    // operations of a key; 0: never
  bool pin = false;               // each client asks one node only
  double rate = 0;                // operations a second; 0: as replies come
  absl::Duration timeout = absl::Seconds(2);
  absl::Duration ttl = absl::Seconds(2);  // workload expiry: the longest
};

struct Plan {
  uint64_t seed = 1;
  std::vector<std::pair<std::string, std::string>> endpoints;  // name, host:port
  absl::Duration duration = absl::Seconds(10);
  std::vector<Job> jobs;

  std::string all_endpoints() const;  // separated by commas
};

// INVALID_ARGUMENT, BAD_PLAN: which field, its value and what it must be.
absl::StatusOr<Plan> ParsePlan(const std::string& text, const std::string& name);
// Likewise; UNAVAILABLE, READ_FAILED.
absl::StatusOr<Plan> ReadPlan(const std::string& path);

}  // namespace quorate::load
