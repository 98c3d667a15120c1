#include "client/hold_back.h"

#include <algorithm>

#include "base/limits.h"

namespace quorate::client {
namespace {

// Nothing is held once there was no refusal for so long.
constexpr absl::Duration kForgotten = absl::Seconds(1);
// At most this many learn in one pause that there is too much.
constexpr uint32_t kRefusedMax = 8;
constexpr double kLimitMin = 4;
constexpr double kCut = 0.8;      // of the limit, once a pause
constexpr double kGrowth = 0.05;  // with each answer: so much of the limit in a round trip

}  // namespace

bool HoldBack::Allow(int64_t under_way, absl::Duration now) {
  if (limit_ == kNoLimit) return true;
  if (now - refused_at_ > kForgotten) {
    limit_ = kNoLimit;
    return true;
  }
  if (refused_ >= kRefusedMax && now < pause_ends_) return false;
  return static_cast<double>(under_way) < limit_;
}

void HoldBack::OnAnswer(bool refused, int64_t under_way, absl::Duration now) {
  if (!refused) {
    limit_ += kGrowth;
    return;
  }
  refused_at_ = now;
  ++refused_;
  if (now < pause_ends_) return;
  pause_ends_ = now + limits::kOverloadRetryAfter;
  refused_ = 1;
  limit_ = std::max(kLimitMin, kCut * std::min(limit_, static_cast<double>(under_way) + 1));
}

}  // namespace quorate::client
