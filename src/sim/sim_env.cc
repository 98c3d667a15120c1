#include "sim/sim_env.h"

#include <utility>

namespace quorate::sim {
namespace {

// When the world began, for calendars. Any date would do.
constexpr int64_t kEpochSeconds = 1'700'000'000;
// Longer than what a node lets pass as no jump.
constexpr absl::Duration kPauseMin = absl::Milliseconds(30);

}  // namespace

SimEnv::SimEnv(const EventQueue& queue, quorate::Random random, double rate,
               absl::Duration wall_offset)
    : queue_(queue),
      random_(random),
      rate_(rate),
      wall_offset_(wall_offset),
      true_origin_(queue.now()),
      // No two machines started at once, and none at zero.
      local_origin_(absl::Seconds(static_cast<int64_t>(1 + random_.Below(100'000)))) {}

absl::Duration SimEnv::Monotonic() const {
  if (pause_) return pause_->local;
  return local_origin_ + (queue_.now() - true_origin_) * rate_;
}

absl::Time SimEnv::WallTime() const {
  return absl::FromUnixSeconds(kEpochSeconds) + queue_.now() * rate_ + wall_offset_ + jumped_;
}

absl::Duration SimEnv::TrueTimeOf(absl::Duration local) const {
  // A nanosecond more makes up for rounding in the division.
  return true_origin_ + (local - local_origin_) / rate_ + absl::Nanoseconds(1);
}

void SimEnv::StandStill() { pause_ = Pause{queue_.now(), Monotonic()}; }

void SimEnv::GoOn() {
  if (!pause_) return;
  const Pause pause = *std::exchange(pause_, std::nullopt);
  if (queue_.now() - pause.since < kPauseMin) return;
  local_origin_ = pause.local;
  true_origin_ = queue_.now();
}

void SimEnv::SetRate(double rate) {
  local_origin_ = Monotonic();
  true_origin_ = queue_.now();
  rate_ = rate;
}

}  // namespace quorate::sim
