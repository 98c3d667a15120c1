// The contestants in turn, in random order within each round, so that the
// machine's drift falls on all alike; figures are medians over the rounds, and
// a ratio is formed within its round.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/random.h"
#include "counters.h"
#include "figure.h"
#include "meter.h"
#include "open_loop.h"
#include "slice.h"

namespace quorate::bench {

struct Contestant {
  std::string name;
  std::function<Slice(absl::Duration length, uint64_t seed)> run;  // closed loop
  const Meter* meter = nullptr;  // of what serves it; null: not metered
  bool durable = false;          // one of those whose writes cost something later
};

// An open loop at half of a peak: of what the best of some contestants did in the same round.
struct AtHalf {
  std::string name;
  std::vector<std::string> peak_of;
  std::function<Slice(const OpenLoad& load, uint64_t seed)> run;
  const Meter* meter = nullptr;
};

enum class Of : uint8_t { kThroughputs, kMedians, kP99s };

// Of two contestants' figures, and the goal it is held against.
struct Ratio {
  std::string name;
  std::string above;
  std::string below;
  Of of = Of::kThroughputs;
  Goal goal = {};
  std::vector<std::string> added_below = {};  // further contestants, whose figures are added to it
};

struct Lineup {
  std::vector<Contestant> contestants;
  std::vector<AtHalf> at_half;
  std::vector<Ratio> ratios;
};

struct Row {
  std::string name;
  Spread per_second;
  Spread p50_us;
  Spread p99_us;
  Counters counters;
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

// What each contestant did, a slice a round.
using Rounds = std::map<std::string, std::vector<Slice>>;
RatioRow RatioOf(const Ratio& ratio, const Rounds& rounds);

// Runs it, and tells what it cost.
Slice Metered(const Meter* meter, const std::function<Slice()>& run);

SuiteResult RunSuite(const Lineup& lineup, const SuiteOptions& options);

}  // namespace quorate::bench
