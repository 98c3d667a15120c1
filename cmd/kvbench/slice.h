// One measured stretch of load and what came of it.
#pragma once

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "base/histogram.h"
#include "meter.h"

namespace quorate::bench {

struct Slice {
  uint64_t done = 0;  // operations answered OK
  uint64_t failed = 0;
  std::string first_error;
  absl::Duration elapsed;
  Histogram latency;  // of calls: an operation, or a whole message of a stream
  Cost cost;          // of the whole slice, where it was metered

  double per_second() const {
    const double seconds = absl::ToDoubleSeconds(elapsed);
    return seconds > 0 ? static_cast<double>(done) / seconds : 0;
  }
  double micros(double quantile) const {
    return absl::ToDoubleMicroseconds(latency.Quantile(quantile));
  }
  void Merge(const Slice& other) {
    done += other.done;
    failed += other.failed;
    if (first_error.empty()) first_error = other.first_error;
    elapsed = std::max(elapsed, other.elapsed);
    latency.Merge(other.latency);
  }
};

}  // namespace quorate::bench
