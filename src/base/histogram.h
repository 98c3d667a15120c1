// Time spans counted with a relative error below 1 %, in fixed memory: 64
// equal sub-buckets to each power of two (HdrHistogram's idea). For
// measurements; one thread at a time, merged afterwards.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/time/time.h"

namespace quorate {

class Histogram {
 public:
  Histogram();

  // Anything from 0 to about 18 minutes; longer counts as that.
  void Record(absl::Duration span);
  void Merge(const Histogram& other);
  void Clear();

  uint64_t count() const { return count_; }
  // The span that `quantile` (0 to 1) of all recorded do not exceed, up to the
  // error above; exact for 1. Zero if nothing was recorded.
  absl::Duration Quantile(double quantile) const;
  absl::Duration mean() const;
  absl::Duration max() const { return absl::Nanoseconds(max_ns_); }

 private:
  std::vector<uint64_t> buckets_;
  uint64_t count_ = 0;
  int64_t sum_ns_ = 0;
  int64_t max_ns_ = 0;
};

}  // namespace quorate
