// The shapes of YCSB's core workloads (Cooper et al., "Benchmarking cloud serving systems with
// YCSB", SoCC 2010).
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.h"
#include "key_choice.h"

namespace quorate::bench {

enum class MixOp : uint8_t { kRead, kUpdate, kInsert, kScan, kReadModifyWrite };

struct Mix {
  char name = 'C';
  const char* what = "";
  // Of a hundred operations; what is left are reads.
  uint32_t updates = 0, inserts = 0, scans = 0, read_modify_writes = 0;
  Distribution distribution = Distribution::kZipfian;

  MixOp Draw(Random& random) const;
};

// A to F.
const std::vector<Mix>& Mixes();
// Null: there is none of that name.
const Mix* FindMix(char name);

}  // namespace quorate::bench
