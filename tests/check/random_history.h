// Histories of a store that is linearizable, drawn from a seed, and ways to
// spoil them.
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.h"
#include "check/history.h"

namespace quorate::check {

struct HistoryShape {
  uint64_t clients = 3;
  uint64_t operations = 6;
  uint64_t keys = 1;
  uint64_t values = 3;       // few: values repeat; 0: each put its own
  int64_t pause_us_max = 4;  // between a client's operations
  int64_t half_us_max = 4;   // from invoke to effect, from effect to return
  double unknown = 0.1;
  double failed = 0.05;
  bool tell_versions = true;
  bool tell_found = true;  // of writes
  bool adds = true;
  bool conditions = true;
};

std::vector<Operation> DrawOperations(const HistoryShape& shape, Random& random);

// Changes one thing a reply told, or when an operation ran, or takes one
// operation out. It may well stay linearizable.
void Spoil(std::vector<Operation>& operations, const HistoryShape& shape, Random& random);

}  // namespace quorate::check
