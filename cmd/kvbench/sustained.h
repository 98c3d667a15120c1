// One contestant after another, each by closed loop for a minute or more, so that what its writes
// cost later, compaction above all, is paid while it is measured.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "counters.h"
#include "suite.h"

namespace quorate::bench {

struct SustainedOptions {
  absl::Duration length = absl::Seconds(60);
  bool all = false;  // every contestant, else those whose writes are durable
  uint64_t seed = 1;
  std::function<void(std::string)> progress;
};

struct SustainedRow {
  std::string name;
  double per_second = 0;
  double first_third = 0;  // a second
  double last_third = 0;   // likewise
  double p50_us = 0, p99_us = 0, max_us = 0;
  Counters counters;
  uint64_t failed = 0;
  std::string first_error;
};
struct SustainedResult {
  std::vector<SustainedRow> rows;
  std::vector<RatioRow> ratios;  // of throughputs, of those that took part; without goals
};

SustainedResult RunSustained(const Lineup& lineup, const SustainedOptions& options);

}  // namespace quorate::bench
