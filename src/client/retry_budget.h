// The token bucket that retries are paid from. Pure but for its state.
#pragma once

#include <algorithm>

#include "client/options.h"

namespace quorate::client {

// Starts full. Not thread-safe.
class RetryBudget {
 public:
  explicit RetryBudget(const RetryBudgetOptions& options)
      : options_(options), tokens_(options.capacity) {}

  void OnCall() { tokens_ = std::min(options_.capacity, tokens_ + options_.per_call); }
  // False: no retry.
  bool TryTake() {
    if (tokens_ < 1) return false;
    tokens_ -= 1;
    return true;
  }

 private:
  RetryBudgetOptions options_;
  double tokens_;
};

}  // namespace quorate::client
