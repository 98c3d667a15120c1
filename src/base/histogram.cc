#include "base/histogram.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace quorate {
namespace {

constexpr int kSubBits = 6;  // 64 sub-buckets, the error 1/128
constexpr int64_t kSubBuckets = int64_t{1} << kSubBits;
constexpr int64_t kMaxNs = (int64_t{1} << 40) - 1;
constexpr size_t kBuckets = static_cast<size_t>((40 - kSubBits + 1) * kSubBuckets);

// Values below kSubBuckets stand for themselves; then each power of two is cut
// into kSubBuckets.
size_t BucketOf(int64_t ns) {
  if (ns < kSubBuckets) return static_cast<size_t>(ns);
  const int shift = std::bit_width(static_cast<uint64_t>(ns)) - 1 - kSubBits;
  return static_cast<size_t>((shift + 1) * kSubBuckets + (ns >> shift) - kSubBuckets);
}

// The middle of a bucket.
int64_t ValueOf(size_t bucket) {
  const auto index = static_cast<int64_t>(bucket);
  if (index < kSubBuckets) return index;
  const int64_t shift = index / kSubBuckets - 1;
  const int64_t low = (index % kSubBuckets + kSubBuckets) << shift;
  return low + (int64_t{1} << shift) / 2;
}

}  // namespace

Histogram::Histogram() : buckets_(kBuckets) {}

void Histogram::Record(absl::Duration span) {
  const int64_t ns = std::clamp<int64_t>(absl::ToInt64Nanoseconds(span), 0, kMaxNs);
  ++buckets_[BucketOf(ns)];
  ++count_;
  sum_ns_ += ns;
  max_ns_ = std::max(max_ns_, ns);
}

void Histogram::Merge(const Histogram& other) {
  for (size_t i = 0; i < kBuckets; ++i) buckets_[i] += other.buckets_[i];
  count_ += other.count_;
  sum_ns_ += other.sum_ns_;
  max_ns_ = std::max(max_ns_, other.max_ns_);
}

void Histogram::Clear() { *this = Histogram(); }

absl::Duration Histogram::Quantile(double quantile) const {
  if (count_ == 0) return absl::ZeroDuration();
  if (quantile >= 1) return max();
  const auto rank = std::max<uint64_t>(
      1, static_cast<uint64_t>(std::ceil(quantile * static_cast<double>(count_))));
  uint64_t seen = 0;
  for (size_t i = 0; i < kBuckets; ++i) {
    seen += buckets_[i];
    if (seen >= rank) return absl::Nanoseconds(std::min(ValueOf(i), max_ns_));
  }
  return max();
}

absl::Duration Histogram::mean() const {
  return count_ == 0 ? absl::ZeroDuration()
                     : absl::Nanoseconds(sum_ns_ / static_cast<int64_t>(count_));
}

}  // namespace quorate
