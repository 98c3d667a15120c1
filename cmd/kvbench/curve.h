// Latency against load: each contestant's own peak by closed loop, then, at shares of it,
// latencies by open loop. The contestants take turns at each, in random order.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "counters.h"
#include "figure.h"
#include "open_loop.h"
#include "slice.h"
#include "suite.h"

namespace quorate::bench {

struct Curved {
  std::string name;
  std::vector<uint32_t> in_flight;  // the peak is the best of these
  std::function<Slice(uint32_t in_flight, absl::Duration length, uint64_t seed)> closed;
  std::function<Slice(const OpenLoad& load, uint64_t seed)> open;
  const Meter* meter = nullptr;  // of what serves it; null: not metered
};

struct CurveOptions {
  uint32_t rounds = 3;
  absl::Duration slice = absl::Seconds(2);
  std::vector<double> shares = {0.1, 0.25, 0.5, 0.75, 0.9, 1};  // of the peak
  std::vector<std::string> names;                               // empty: the standard ones
  uint64_t seed = 1;
  std::function<void(std::string)> progress;
};

// Over the rounds.
struct CurvePoint {
  double share = 0;
  Spread due_per_second;
  Spread per_second;  // answered, until the last was
  Spread p50_us, p99_us, p999_us;
  Counters counters;
  uint64_t failed = 0;
  std::string first_error;
};
struct Curve {
  std::string name;
  Spread peak_per_second;
  std::vector<CurvePoint> points;
};
struct CurveResult {
  std::vector<Curve> curves;
  std::vector<RatioRow> ratios;
};

// `ratios` are of half of the peak. There are none where that was not measured.
CurveResult RunCurves(const std::vector<Curved>& contestants, const std::vector<Ratio>& ratios,
                      const CurveOptions& options);

}  // namespace quorate::bench
