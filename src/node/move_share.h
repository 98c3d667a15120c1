// How much of move-rate may be used, so that clients notice little of it: where their
// requests wait for a worker for longer than they do when nothing moves, less is sent,
// and where they don't, more.
#pragma once

#include <cstdint>

#include "absl/time/time.h"

namespace quorate {

// Of one worker, and its thread.
class MoveShare {
 public:
  // Never less: what moves comes to an end under any load.
  static constexpr double kLeast = 1.0 / 16;

  // A client's request was taken up, so long after it had come.
  void RequestWaited(absl::Duration waited) {
    waited_ += waited;
    ++requests_;
  }
  // Ends a moment of some 50 ms, in which state was on its way to other nodes, or not.
  // The share from now on, up to 1.
  double EndMoment(bool moving);

 private:
  absl::Duration waited_;  // all together, in this moment
  uint32_t requests_ = 0;  // likewise
  absl::Duration usual_;   // that a request waits when nothing moves
  double share_ = 0;
};

}  // namespace quorate
