// Virtual time: what is to happen, in order of (time, order of asking). Equal
// inputs give an equal order, so a whole run is a function of its seed.
#pragma once

#include <cstdint>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"

namespace quorate::sim {

class EventQueue {
 public:
  using Event = absl::AnyInvocable<void() &&>;

  // Virtual time since the run began.
  absl::Duration now() const { return now_; }

  // A moment that has passed means now; never before what was asked earlier
  // for the same moment.
  void At(absl::Duration when, Event event);
  void After(absl::Duration delay, Event event) { At(now_ + delay, std::move(event)); }

  // Runs the next event; false if there is none.
  bool RunNext();
  // Runs all that falls up to `end` and moves time there.
  void RunUntil(absl::Duration end);
  // Makes RunUntil return after the event under way.
  void Stop() { stopped_ = true; }
  bool stopped() const { return stopped_; }

  uint64_t events_run() const { return events_run_; }

 private:
  struct Entry {
    absl::Duration when;
    uint64_t sequence;
    Event event;
  };
  // A heap whose front is the earliest.
  static bool Later(const Entry& a, const Entry& b) {
    return a.when != b.when ? a.when > b.when : a.sequence > b.sequence;
  }

  absl::Duration now_;
  uint64_t next_sequence_ = 0;
  uint64_t events_run_ = 0;
  bool stopped_ = false;
  std::vector<Entry> heap_;
};

}  // namespace quorate::sim
