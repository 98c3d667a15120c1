#include "base/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <sstream>

namespace quorate {
namespace {

constexpr int64_t kFirstBoundNs = 50'000;

size_t BucketOf(int64_t ns) {
  if (ns <= kFirstBoundNs) return 0;
  const auto doublings = std::bit_width(static_cast<uint64_t>((ns - 1) / kFirstBoundNs));
  return std::min(static_cast<size_t>(doublings), LatencyHistogram::kBuckets);
}

}  // namespace

void LatencyHistogram::Record(absl::Duration span, uint64_t times) {
  const int64_t ns = std::max<int64_t>(0, absl::ToInt64Nanoseconds(span));
  buckets_[BucketOf(ns)].fetch_add(times, std::memory_order_relaxed);
  sum_ns_.fetch_add(static_cast<uint64_t>(ns) * times, std::memory_order_relaxed);
}

uint64_t LatencyHistogram::count() const {
  uint64_t total = 0;
  for (size_t i = 0; i <= kBuckets; ++i) total += bucket(i);
  return total;
}

absl::Duration LatencyHistogram::sum() const {
  return absl::Nanoseconds(static_cast<int64_t>(sum_ns_.load(std::memory_order_relaxed)));
}

absl::Duration LatencyHistogram::UpperBound(size_t i) {
  return absl::Nanoseconds(kFirstBoundNs << i);
}

absl::Duration LatencyHistogram::Quantile(double quantile) const {
  const uint64_t all = count();
  if (all == 0) return absl::ZeroDuration();
  const auto wanted =
      std::max<uint64_t>(1, static_cast<uint64_t>(std::ceil(quantile * static_cast<double>(all))));
  uint64_t so_far = 0;
  size_t i = 0;
  while (i < kBuckets && (so_far += bucket(i)) < wanted) ++i;
  return UpperBound(i);
}

MetricsPage::MetricsPage() = default;
MetricsPage::~MetricsPage() = default;

prometheus::ClientMetric& MetricsPage::Sample(std::string_view name, std::string_view help,
                                              int type, Labels labels) {
  auto family = std::find_if(families_.begin(), families_.end(),
                             [&](const auto& known) { return known.name == name; });
  if (family == families_.end()) {
    families_.push_back(
        {std::string(name), std::string(help), static_cast<prometheus::MetricType>(type), {}});
    family = families_.end() - 1;
  }
  prometheus::ClientMetric& sample = family->metric.emplace_back();
  for (auto& [key, value] : labels) sample.label.push_back({std::move(key), std::move(value)});
  return sample;
}

void MetricsPage::AddCounter(std::string_view name, std::string_view help, double value,
                             Labels labels) {
  Sample(name, help, static_cast<int>(prometheus::MetricType::Counter), std::move(labels))
      .counter.value = value;
}

void MetricsPage::AddGauge(std::string_view name, std::string_view help, double value,
                           Labels labels) {
  Sample(name, help, static_cast<int>(prometheus::MetricType::Gauge), std::move(labels))
      .gauge.value = value;
}

void MetricsPage::AddHistogram(std::string_view name, std::string_view help,
                               const LatencyHistogram& histogram, Labels labels) {
  auto& out =
      Sample(name, help, static_cast<int>(prometheus::MetricType::Histogram), std::move(labels))
          .histogram;
  uint64_t so_far = 0;
  for (size_t i = 0; i < LatencyHistogram::kBuckets; ++i) {
    so_far += histogram.bucket(i);
    out.bucket.push_back({so_far, absl::ToDoubleSeconds(LatencyHistogram::UpperBound(i))});
  }
  // The serializer adds +Inf from the count.
  out.sample_count = so_far + histogram.bucket(LatencyHistogram::kBuckets);
  out.sample_sum = absl::ToDoubleSeconds(histogram.sum());
}

std::string MetricsPage::Text() const {
  std::ostringstream out;
  prometheus::TextSerializer().Serialize(out, families_);
  return out.str();
}

}  // namespace quorate
