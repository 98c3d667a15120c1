// Where the time of one request went, from a worker's clock: to the turn, not
// to the microsecond.
#pragma once

#include "absl/time/time.h"

namespace quorate {

struct StageTimings {
  absl::Duration queued;     // until a worker took it, on all the nodes it came through
  absl::Duration agreed;     // then until a majority had it, or a round had confirmed the read
  absl::Duration logged;     // of agreed: until the serving node's own disk had it (writes)
  absl::Duration forwarded;  // between the node asked and the one that served it, both ways
};

}  // namespace quorate
