#include "client/hold_back.h"

#include <algorithm>

#include "base/limits.h"

namespace quorate::client {
namespace {

// What a refusal told is forgotten after so long.
constexpr absl::Duration kForgotten = absl::Seconds(1);
// At most this many learn in one pause that there is too much.
constexpr uint32_t kRefusedMax = 8;
constexpr double kLimitMin = 4;
constexpr double kCut = 0.8;        // of the limit, once a pause
constexpr double kGrowth = 0.05;    // of each answer: so much of the limit in a round trip
constexpr double kFirstGrowth = 1;  // likewise, where there was no refusal: twice as many in each
// Longer than the soonest, which is the way there and back: it has waited behind others, and
// with more of them nothing would be answered sooner.
constexpr absl::Duration kWaitedLittle = absl::Milliseconds(25);

}  // namespace

bool HoldBack::WasRefusedOfLate(absl::Duration now) const {
  return now - refused_at_ <= kForgotten;
}

bool HoldBack::Allow(int64_t under_way, absl::Duration now) {
  if (!WasRefusedOfLate(now)) limit_ = std::max(limit_, kLimitAtFirst);
  if (refused_ >= kRefusedMax && now < pause_ends_) return false;
  return static_cast<double>(under_way) < limit_;
}

void HoldBack::OnAnswer(uint32_t weight, bool refused, absl::Duration took, int64_t under_way,
                        absl::Duration now) {
  soonest_ = std::min(soonest_, took);
  if (!refused && WasRefusedOfLate(now)) {
    limit_ += kGrowth * weight;
    return;
  }
  if (!refused) {
    // Not where the limit is not nearly used: that nothing was refused tells nothing of it.
    const bool used = 2 * static_cast<double>(under_way + weight) >= limit_;
    if (used && took <= soonest_ + kWaitedLittle) limit_ += kFirstGrowth * weight;
    return;
  }
  refused_at_ = now;
  ++refused_;
  if (now < pause_ends_) return;
  pause_ends_ = now + limits::kOverloadRetryAfter;
  refused_ = 1;
  limit_ = std::max(kLimitMin, kCut * std::min(limit_, static_cast<double>(under_way + weight)));
}

}  // namespace quorate::client
