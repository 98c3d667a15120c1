#include "node/cluster_calendar.h"

#include <algorithm>
#include <vector>

namespace quorate {
namespace {

// How long the quickest frame counts, at least; one comes each second.
constexpr absl::Duration kWhile = absl::Seconds(30);
// Whoever is connected tells once a second, and at once when its calendar is set.
constexpr absl::Duration kSilentMax = absl::Seconds(3);
constexpr absl::Duration kLateMax = absl::Seconds(1);

// How late it is what comes `passed_here` after the frame before, and was sent `passed_there` after
// that. Clocks whose paces differ by less than a quarter make none late that come each second.
absl::Duration LateBy(absl::Duration before, absl::Duration passed_here,
                      absl::Duration passed_there) {
  const absl::Duration pace = std::clamp(passed_here, absl::ZeroDuration(), absl::Seconds(1)) / 4;
  return std::max(absl::ZeroDuration(), before + passed_here - passed_there - pace);
}

}  // namespace

ClusterCalendar::ClusterCalendar(absl::Duration tolerance) : tolerance_(tolerance) {}

void ClusterCalendar::Note(const Life& from, uint64_t calendar_us, uint64_t monotonic_us,
                           absl::Time own, absl::Duration now) {
  const auto calendar = absl::Microseconds(calendar_us);
  // Of who does not tell its monotonic clock the calendar counts as one.
  const auto monotonic = monotonic_us == 0 ? calendar : absl::Microseconds(monotonic_us);
  const absl::Duration ahead = monotonic - now;
  absl::MutexLock lock(&mutex_);
  const auto [at, first] = told_.try_emplace(from.node);
  Told& told = at->second;
  // The machine may have been started anew, and its monotonic clock with it.
  if (first || told.boot != from.boot) {
    told = {from.boot, {}, ahead, ahead, ahead, now, now, own, {}};
  }
  if (now - told.began >= kWhile) {
    told.most_before = told.most;
    told.most = ahead;
    told.began = now;
  }
  if (monotonic_us != 0) {
    // By the clock of the two own ones that runs slower: one may be the wrong one.
    const absl::Duration passed_here = std::min(now - told.heard_at, own - told.own);
    told.late = LateBy(told.late, passed_here, monotonic - told.SentAt());
  }
  told.calendar = calendar - monotonic;
  told.latest = ahead;
  told.heard_at = now;
  told.own = own;
  told.most = std::max(told.most, ahead);
  SetBounds(own - absl::UnixEpoch() - now, now);
}

bool ClusterCalendar::IsHeard(const Told& told, absl::Duration now) {
  return now - told.heard_at <= kSilentMax && told.late <= kLateMax;
}

// The middle one of all leads, the own one counted (of an even number the lower).
void ClusterCalendar::SetBounds(absl::Duration own, absl::Duration now) {
  std::vector<absl::Duration> least{own}, most{own};
  bool all_heard = true;
  for (const auto& [node, told] : told_) {
    const bool heard = IsHeard(told, now);
    all_heard = all_heard && heard;
    least.push_back(heard ? told.Least() : -absl::InfiniteDuration());
    most.push_back(heard ? told.Most() : absl::InfiniteDuration());
  }
  std::sort(least.begin(), least.end());
  std::sort(most.begin(), most.end());
  const size_t middle = told_.size() / 2;
  const bool known = all_heard || MajorityAgrees(own, now);
  if (known || !agreed_) agreed_ = own;
  agreed_ = std::clamp(*agreed_, least[middle], most[middle]);
  most_us_ = absl::ToInt64Microseconds(*agreed_ + tolerance_);
  if (known) bounded_below_ = middle > 0;
  if (bounded_below_) least_us_ = absl::ToInt64Microseconds(*agreed_ - tolerance_);
}

bool ClusterCalendar::MajorityAgrees(absl::Duration own, absl::Duration now) const {
  const auto agree = std::count_if(told_.begin(), told_.end(), [&](const auto& one) {
    const Told& told = one.second;
    return IsHeard(told, now) && told.Least() - tolerance_ <= own &&
           own <= told.Most() + tolerance_;
  });
  return static_cast<size_t>(agree) + 1 > (told_.size() + 1) / 2;
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
