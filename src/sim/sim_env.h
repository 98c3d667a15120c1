// A machine's clocks and randomness: a monotonic clock that runs at a rate of
// its own, and a calendar that is off, drifts and jumps.
#pragma once

#include <cstdint>
#include <optional>

#include "absl/time/time.h"
#include "base/env.h"
#include "base/random.h"
#include "sim/event_queue.h"

namespace quorate::sim {

class SimEnv final : public Env {
 public:
  // `rate`: seconds that this machine's clock counts in one true second.
  SimEnv(const EventQueue& queue, quorate::Random random, double rate, absl::Duration wall_offset);

  absl::Duration Monotonic() const override;
  absl::Time WallTime() const override;
  uint64_t Random() override { return random_.Next(); }

  // The first true moment at which Monotonic reads at least `local`.
  absl::Duration TrueTimeOf(absl::Duration local) const;

  // From now on the clock runs at `rate`; it does not jump.
  void SetRate(double rate);
  // The machine is paused, and its clock with it but not the calendar; then both
  // go on. Pauses too short to matter are counted after all.
  void StandStill();
  void GoOn();
  void JumpWallTime(absl::Duration by) { jumped_ += by; }
  // The calendar, as it would be had it never jumped.
  absl::Time UnmovedWallTime() const { return WallTime() - jumped_; }

 private:
  const EventQueue& queue_;
  quorate::Random random_;
  double rate_;
  const absl::Duration wall_offset_;
  absl::Duration jumped_;
  absl::Duration true_origin_;   // when the rate was set
  absl::Duration local_origin_;  // what Monotonic read then
  struct Pause {
    absl::Duration since;  // true time
    absl::Duration local;
  };
  std::optional<Pause> pause_;
};

}  // namespace quorate::sim
