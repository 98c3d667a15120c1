#include "node/move_share.h"

#include <algorithm>
#include <utility>

namespace quorate {
namespace {

// With which a move begins: what it does to clients is not known yet.
constexpr double kFirst = 1.0 / 16;
constexpr double kStep = 1.0 / 64;
// Beyond that a wait is not the usual one.
constexpr double kUsualMax = 1.5;
constexpr absl::Duration kSlack = absl::Microseconds(250);
constexpr double kUsualWeight = 0.1;

}  // namespace

bool MoveShare::Waits::EndMoment(bool moving) {
  const uint32_t count = std::exchange(count_, 0);
  const absl::Duration waited = std::exchange(waited_, absl::ZeroDuration());
  if (count < count_min_) return false;
  const absl::Duration each = waited / count;
  if (moving) return each > kUsualMax * usual_ + kSlack;
  usual_ += kUsualWeight * (each - usual_);
  return false;
}

double MoveShare::EndMoment(bool moving) {
  const bool idle = requests_.count() == 0;
  const bool requests_wait = requests_.EndMoment(moving);
  const bool writes_wait = writes_.EndMoment(moving);
  const bool ticks_wait = ticks_.EndMoment(moving) && !idle;
  if (!moving) {
    share_ = kFirst;
  } else if (requests_wait || writes_wait || ticks_wait) {
    share_ = std::max(kLeast, share_ / 2);
  } else {
    share_ = std::min(1.0, idle ? 2 * share_ : share_ + kStep);
  }
  return share_;
}

}  // namespace quorate
