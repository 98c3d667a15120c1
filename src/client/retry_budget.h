// The token bucket that retries are paid from. Pure but for its state.
#pragma once

#include <algorithm>
#include <optional>

#include "absl/time/time.h"
#include "client/options.h"

namespace quorate::client {

// Starts full. Not thread-safe. `now` is of a clock that never goes back.
class RetryBudget {
 public:
  explicit RetryBudget(const RetryBudgetOptions& options)
      : options_(options), tokens_(options.capacity) {}

  void OnCall() { Put(options_.per_call); }

  // Takes a token for a retry: how long that has to wait until the token is there.
  // Those before it are served first. Nullopt: as long as `left` or longer, so there
  // is no retry, and nothing was taken.
  std::optional<absl::Duration> Take(absl::Duration now, absl::Duration left) {
    Put(options_.per_second * absl::ToDoubleSeconds(now - filled_at_));
    filled_at_ = now;
    const absl::Duration wait =
        tokens_ >= 1 ? absl::ZeroDuration() : absl::Seconds(1 - tokens_) / options_.per_second;
    if (wait >= left) return std::nullopt;
    tokens_ -= 1;
    return wait;
  }

 private:
  void Put(double tokens) { tokens_ = std::min(options_.capacity, tokens_ + tokens); }

  RetryBudgetOptions options_;
  double tokens_;  // negative: so many are promised
  absl::Duration filled_at_ = absl::ZeroDuration();
};

}  // namespace quorate::client
