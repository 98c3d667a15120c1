#include "node/move_share.h"

#include <algorithm>
#include <utility>

namespace quorate {
namespace {

// With which a move begins: what it does to clients is not known yet.
constexpr double kFirst = 0.25;
constexpr double kStep = 1.0 / 16;
// Fewer tell nothing of the others.
constexpr uint32_t kRequestsMin = 8;
// Beyond that a wait is not the usual one.
constexpr double kUsualMax = 1.5;
constexpr absl::Duration kSlack = absl::Microseconds(250);
constexpr double kUsualWeight = 0.1;

}  // namespace

double MoveShare::EndMoment(bool moving) {
  const uint32_t requests = std::exchange(requests_, 0);
  const absl::Duration waited = std::exchange(waited_, absl::ZeroDuration());
  const bool told = requests >= kRequestsMin;
  const absl::Duration each = told ? waited / requests : absl::ZeroDuration();
  if (!moving) {
    if (told) usual_ += kUsualWeight * (each - usual_);
    share_ = kFirst;
  } else if (told && each > kUsualMax * usual_ + kSlack) {
    share_ = std::max(kLeast, share_ / 2);
  } else {
    share_ = std::min(1.0, requests == 0 ? 2 * share_ : share_ + kStep);
  }
  return share_;
}

}  // namespace quorate
