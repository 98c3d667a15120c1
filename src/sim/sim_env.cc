#include "sim/sim_env.h"

namespace quorate::sim {
namespace {

// When the world began, for calendars. Any date would do.
constexpr int64_t kEpochSeconds = 1'700'000'000;

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
  return local_origin_ + (queue_.now() - true_origin_) * rate_;
}

absl::Time SimEnv::WallTime() const {
  return absl::FromUnixSeconds(kEpochSeconds) + queue_.now() * rate_ + wall_offset_;
}

absl::Duration SimEnv::TrueTimeOf(absl::Duration local) const {
  // A nanosecond more makes up for rounding in the division.
  return true_origin_ + (local - local_origin_) / rate_ + absl::Nanoseconds(1);
}

void SimEnv::SetRate(double rate) {
  local_origin_ = Monotonic();
  true_origin_ = queue_.now();
  rate_ = rate;
}

}  // namespace quorate::sim
