// Figures for operators. Hot paths bump counters and histograms that they hold
// by pointer or index, wait-free and without any look-up; names and labels
// come in only when someone scrapes, by writing a MetricsPage.
//
// Names: prefix quorate_, base units, _total for counters, _seconds, _bytes.
// Labels have few values: never a key, a client or a keyspace.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/time/time.h"

namespace prometheus {
struct ClientMetric;
struct MetricFamily;
}  // namespace prometheus

namespace quorate {

class Counter {
 public:
  void Add(uint64_t n = 1) { value_.fetch_add(n, std::memory_order_relaxed); }
  uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<uint64_t> value_{0};
};

// Counts time spans in buckets whose bounds double from 50 µs to 6.5 s.
class LatencyHistogram {
 public:
  static constexpr size_t kBuckets = 18;  // and one for all that is longer

  void Record(absl::Duration span, uint64_t times = 1);

  uint64_t count() const;
  absl::Duration sum() const;
  // In bucket `i` alone; i == kBuckets: beyond all bounds.
  uint64_t bucket(size_t i) const { return buckets_[i].load(std::memory_order_relaxed); }
  static absl::Duration UpperBound(size_t i);
  // Upper bound of the bucket in which `quantile` (0 to 1) of all is reached;
  // zero if nothing was recorded.
  absl::Duration Quantile(double quantile) const;

 private:
  std::array<std::atomic<uint64_t>, kBuckets + 1> buckets_{};
  std::atomic<uint64_t> sum_ns_{0};
};

// One scrape under construction. A family's help and type are those of its
// first sample.
class MetricsPage {
 public:
  using Labels = std::vector<std::pair<std::string, std::string>>;

  MetricsPage();
  ~MetricsPage();

  void AddCounter(std::string_view name, std::string_view help, double value, Labels labels = {});
  void AddGauge(std::string_view name, std::string_view help, double value, Labels labels = {});
  void AddHistogram(std::string_view name, std::string_view help, const LatencyHistogram& histogram,
                    Labels labels = {});

  // Prometheus' text format, version 0.0.4.
  std::string Text() const;

 private:
  prometheus::ClientMetric& Sample(std::string_view name, std::string_view help, int type,
                                   Labels labels);

  std::vector<prometheus::MetricFamily> families_;
};

}  // namespace quorate
