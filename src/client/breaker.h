// Whether a node is worth a call: closed while it answers, open for a while
// after it failed too often in a row, then half open for one call that decides.
#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "client/options.h"

namespace quorate::client {

// Not thread-safe. `now` is of a clock that never goes back.
class Breaker {
 public:
  explicit Breaker(const BreakerOptions& options)
      : options_(options), open_for_(options.open_for) {}

  // Whether a call may go now. While half open, the first to ask is the one
  // call, and its result must be told.
  bool Allow(absl::Duration now);
  // Like Allow, without claiming the one call.
  bool WouldAllow(absl::Duration now) const;

  // The node answered, be it with an error of its own.
  void OnAnswer();
  // It couldn't be reached or said nothing in time.
  void OnFailure(absl::Duration now);
  // It said that it is going down: as after many failures.
  void OnLeaving(absl::Duration now);

 private:
  bool open() const { return failures_ >= options_.failures; }

  BreakerOptions options_;
  absl::Duration open_for_;
  absl::Duration open_until_ = absl::ZeroDuration();
  uint32_t failures_ = 0;
};

}  // namespace quorate::client
