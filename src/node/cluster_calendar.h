// The calendar that time-stamps are taken from: this machine's, unless a majority
// of the nodes, this one among them, say otherwise. One clock that was set wrong
// would stamp what no other node takes before it is as late there. Thread-safe.
//
// A calendar is known by its lead over this machine's monotonic clock, which
// nobody sets: so a jump of the own calendar moves nothing here until others have
// agreed with it. They tell theirs with their own monotonic clocks, so that setting one
// is seen for what it is; but a frame that was long under way makes its sender's
// monotonic clock seem behind. So as what that is at least the latest frame counts, as
// what it is at most the quickest of the last while.
//
// A majority is one of what nodes say at one time. Of who has not been heard for a
// moment, or whose frames come late, as after a cut, what it says by now is not known: it may have
// been wrong and set right, while another has been set wrong since. Where that leaves several
// answers, the one before holds, or the nearest to it.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>

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
  // and of the monotonic one; 0: not told), came when the own ones said `own` and `now`.
  void Note(const Life& from, uint64_t calendar_us, uint64_t monotonic_us, absl::Time own,
            absl::Duration now);

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
    absl::Duration heard_at;
    absl::Time own;       // what the own calendar said then
    absl::Duration late;  // so long before that it was sent, beyond what is usual
    // What its monotonic clock said in the latest frame.
    absl::Duration SentAt() const { return latest + heard_at; }
    absl::Duration Least() const { return calendar + latest; }
    absl::Duration Most() const { return calendar + std::max(most, most_before); }
  };
  static constexpr int64_t kUnbounded = std::numeric_limits<int64_t>::max();

  static bool IsHeard(const Told& told, absl::Duration now);
  void SetBounds(absl::Duration own, absl::Duration now) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool MajorityAgrees(absl::Duration own, absl::Duration now) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const absl::Duration tolerance_;
  absl::Mutex mutex_;
  std::map<NodeId, Told> told_ ABSL_GUARDED_BY(mutex_);
  std::optional<absl::Duration> agreed_ ABSL_GUARDED_BY(mutex_);  // a majority's lead
  // Microseconds; what is not known of enough nodes bounds nothing.
  std::atomic<int64_t> least_us_ = std::numeric_limits<int64_t>::min();
  std::atomic<int64_t> most_us_ = kUnbounded;
  std::atomic<bool> bounded_below_ = false;
};

}  // namespace quorate
