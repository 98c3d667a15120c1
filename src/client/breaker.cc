#include "client/breaker.h"

#include <algorithm>

namespace quorate::client {

bool Breaker::WouldAllow(absl::Duration now) const { return !open() || now >= open_until_; }

bool Breaker::Allow(absl::Duration now) {
  if (!WouldAllow(now)) return false;
  // The others wait as long again; should the one call's result never be told,
  // the next may try then.
  if (open()) open_until_ = now + open_for_;
  return true;
}

void Breaker::OnAnswer() {
  failures_ = 0;
  open_for_ = options_.open_for;
}

void Breaker::OnFailure(absl::Duration now) {
  const bool was_open = open();
  if (!was_open && ++failures_ < options_.failures) return;
  if (was_open) open_for_ = std::min(open_for_ * 2, options_.open_for_max);
  open_until_ = now + open_for_;
}

void Breaker::OnLeaving(absl::Duration now) {
  if (!open()) failures_ = options_.failures - 1;
  OnFailure(now);
}

}  // namespace quorate::client
