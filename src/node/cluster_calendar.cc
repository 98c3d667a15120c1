#include "node/cluster_calendar.h"

#include <algorithm>
#include <vector>

namespace quorate {
namespace {

// How long the quickest frame counts, at least; one comes each second.
constexpr absl::Duration kWhile = absl::Seconds(30);

}  // namespace

ClusterCalendar::ClusterCalendar(absl::Duration tolerance) : tolerance_(tolerance) {}

void ClusterCalendar::Note(const Life& from, uint64_t calendar_us, uint64_t monotonic_us,
                           absl::Duration now) {
  const auto calendar = absl::Microseconds(calendar_us);
  // Of who does not tell its monotonic clock the calendar counts as one.
  const auto monotonic = monotonic_us == 0 ? calendar : absl::Microseconds(monotonic_us);
  const absl::Duration ahead = monotonic - now;
  absl::MutexLock lock(&mutex_);
  const auto [at, first] = told_.try_emplace(from.node);
  Told& told = at->second;
  // The machine may have been started anew, and its monotonic clock with it.
  if (first || told.boot != from.boot) told = {from.boot, {}, ahead, ahead, ahead, now};
  if (now - told.began >= kWhile) {
    told.most_before = told.most;
    told.most = ahead;
    told.began = now;
  }
  told.calendar = calendar - monotonic;
  told.latest = ahead;
  told.most = std::max(told.most, ahead);
  SetBounds();
}

// Among all leads, the own one counted, the middle one (of an even number the
// lower) is the own one where it lies between these two of the others, else the
// nearer of them.
void ClusterCalendar::SetBounds() {
  std::vector<absl::Duration> least, most;
  for (const auto& [node, told] : told_) {
    least.push_back(told.calendar + told.latest);
    most.push_back(told.calendar + std::max(told.most, told.most_before));
  }
  std::sort(least.begin(), least.end());
  std::sort(most.begin(), most.end());
  const size_t middle = told_.size() / 2;
  bounded_below_ = middle > 0;
  if (middle > 0) least_us_ = absl::ToInt64Microseconds(least[middle - 1] - tolerance_);
  if (middle < most.size()) most_us_ = absl::ToInt64Microseconds(most[middle] + tolerance_);
}

absl::Duration ClusterCalendar::Lead(absl::Duration own) const {
  const int64_t us = absl::ToInt64Microseconds(own);
  const int64_t least = least_us_.load(std::memory_order_relaxed);
  const int64_t most = most_us_.load(std::memory_order_relaxed);
  if (us > most) return absl::Microseconds(most);
  if (us < least) return absl::Microseconds(least);
  return own;
}

absl::Time ClusterCalendar::At(absl::Time own, absl::Duration now) const {
  return absl::UnixEpoch() + now + Lead(own - absl::UnixEpoch() - now);
}

}  // namespace quorate
