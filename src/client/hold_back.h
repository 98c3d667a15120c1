// Which calls a client keeps to itself while a node refuses some as too many: a refusal costs the
// node a good part of what an answer does, and it is to answer. As TCP does with a network, the
// client lets fewer be under way at a refusal and slowly more with answers; and after a few
// refusals it waits for as long as they say. Before the first refusal it lets out no more than
// any node takes on, or twice of what was answered soon: what a sudden flood leaves in sockets and
// queues on the way waits there until it is refused, with all that comes behind it.
#pragma once

#include <cstdint>

#include "absl/time/time.h"
#include "base/limits.h"

namespace quorate::client {

// Not thread-safe. Calls count by their weight (base/call_weight.h), as at the node; `under_way`:
// of all that it has to answer. `now` is of a clock that never goes back.
class HoldBack {
 public:
  // Whether one more may go.
  bool Allow(int64_t under_way, absl::Duration now);
  // `took`: since the call was sent, which is under way no more.
  void OnAnswer(uint32_t weight, bool refused, absl::Duration took, int64_t under_way,
                absl::Duration now);

 private:
  static constexpr double kLimitAtFirst = limits::kCallsUnderWayMin;

  bool WasRefusedOfLate(absl::Duration now) const;

  double limit_ = kLimitAtFirst;                       // of what is under way
  absl::Duration soonest_ = absl::InfiniteDuration();  // that an answer ever came
  absl::Duration refused_at_ = -absl::InfiniteDuration();
  absl::Duration pause_ends_;
  uint32_t refused_ = 0;  // since the pause began
};

}  // namespace quorate::client
