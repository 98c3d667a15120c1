// The calendar that time-stamps are taken from: this machine's, unless a majority
// of the nodes, this one among them, say otherwise. One clock that was set wrong
// would stamp what no other node takes before it is as late there. Thread-safe.
//
// A calendar is known by its lead over this machine's monotonic clock, which
// nobody sets: so a jump of the own calendar moves nothing here, and what the
// others have told holds while they can't be heard. They tell theirs with their own
// monotonic clocks, so that setting one is seen for what it is; but a frame that
// was long under way makes its sender's monotonic clock seem behind. So as what
// that is at least the latest frame counts, as what it is at most the quickest of
// the last while: whatever is not certain leaves the own calendar alone.
#pragma once

#include <atomic>
#include <cstdint>
#include <limits>
#include <map>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/ids.h"

namespace quorate {

class ClusterCalendar {
 public:
  // Calendars that differ by no more than `tolerance` are all taken for right.
  explicit ClusterCalendar(absl::Duration tolerance);

  struct Life {
    NodeId node;
    Boot boot;
  };
  // A frame of that life, sent when its clocks said this (in microseconds since 1970,
  // and of the monotonic one; 0: not told), came when the own monotonic one said `now`.
  void Note(const Life& from, uint64_t calendar_us, uint64_t monotonic_us, absl::Duration now);

  // Another node has told its calendar since this process started.
  bool heard() const { return most_us_ != kUnbounded; }
  // So many have that the own one is not followed, however far it is set back.
  bool bounded_below() const { return bounded_below_; }

  // The own calendar's lead, or the nearest that is not further than the tolerance
  // from what a majority say.
  absl::Duration Lead(absl::Duration own) const;
  // Likewise of a moment at which the two clocks said this.
  absl::Time At(absl::Time own, absl::Duration now) const;

 private:
  struct Told {
    Boot boot;
    absl::Duration calendar;  // over its monotonic clock
    // Its monotonic clock over the own one: the latest, and the most of this while and
    // of the one before.
    absl::Duration latest, most, most_before;
    absl::Duration began;  // this while
  };
  static constexpr int64_t kUnbounded = std::numeric_limits<int64_t>::max();

  void SetBounds() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const absl::Duration tolerance_;
  absl::Mutex mutex_;
  std::map<NodeId, Told> told_ ABSL_GUARDED_BY(mutex_);
  // Microseconds; what is not known of enough nodes bounds nothing.
  std::atomic<int64_t> least_us_ = std::numeric_limits<int64_t>::min();
  std::atomic<int64_t> most_us_ = kUnbounded;
  std::atomic<bool> bounded_below_ = false;
};

}  // namespace quorate
