// How far nodes' calendars may be from the run's time, and so when what expires may,
// and when it must, be gone.
#pragma once

#include <functional>

#include "absl/time/time.h"
#include "base/ids.h"

namespace quorate::sim {

// Ahead by up to `offset`, and a share of `drift` faster or slower.
struct CalendarBounds {
  absl::Duration offset;
  double drift = 0;
  // That node may have followed one further behind at some time since then: see
  // SimNode::MisledBehindSince. Empty: none did.
  std::function<bool(NodeId, absl::Duration then)> misled_behind = nullptr;

  // What was written for `ttl`, and was acknowledged then, had expired by every
  // calendar when that read began which this node served. By the fastest its writer's,
  // by the slowest the reader's.
  bool MustHaveExpired(absl::Duration acknowledged, absl::Duration ttl, absl::Duration read_invoked,
                       NodeId served_by) const {
    if (read_invoked * (1 - drift) <= acknowledged * (1 + drift) + offset + ttl + kGrain) {
      return false;
    }
    return !misled_behind || !misled_behind(served_by, read_invoked);
  }
  // It may have, by some calendar, when that read was answered.
  bool MayHaveExpired(absl::Duration invoked, absl::Duration ttl,
                      absl::Duration read_returned) const {
    return read_returned * (1 + drift) + offset >= invoked * (1 - drift) + ttl - kGrain;
  }

 private:
  // Of what times are rounded to.
  static constexpr absl::Duration kGrain = absl::Milliseconds(1);
};

}  // namespace quorate::sim
