// The contestants in turn, in random order within each round, so that the
// machine's drift falls on all alike; figures are medians over the rounds, and
// a ratio is formed within its round.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/random.h"
#include "figure.h"
#include "meter.h"
#include "slice.h"

namespace quorate::bench {

struct Contestant {
  std::string name;
  std::function<Slice(absl::Duration length, uint64_t seed)> run;
  const Meter* meter = nullptr;  // of what serves it; null: not metered
};

// Name, over what, and the goal it is held against.
struct Ratio {
  std::string name;
  std::string above;        // contestant
  std::string below;        // contestant
  bool of_medians = false;  // of latencies, not of throughputs
  Goal goal = {};
};

struct Row {
  std::string name;
  Spread per_second;
  Spread p50_us;
  Spread p99_us;
  // An operation's share; 0 where it was not metered.
  Spread servers_us;  // CPU time
  Spread load_us;     // likewise
  Spread switches;
  Spread peer_messages;
  Spread flushes_per_second;
  uint64_t failed = 0;
  std::string first_error;
};
struct RatioRow {
  Ratio ratio;
  Spread value;
};
struct SuiteResult {
  std::vector<Row> rows;
  std::vector<RatioRow> ratios;
};

struct SuiteOptions {
  uint32_t rounds = 7;
  absl::Duration slice = absl::Seconds(2);
  uint64_t seed = 1;
  std::function<void(std::string)> progress;  // a line per slice
};

// 0 to count - 1, in an order drawn by chance.
std::vector<size_t> Shuffled(size_t count, Random& random);

SuiteResult RunSuite(const std::vector<Contestant>& contestants, const std::vector<Ratio>& ratios,
                     const SuiteOptions& options);

}  // namespace quorate::bench
