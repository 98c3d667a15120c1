// What to do after an attempt failed. Pure.
#pragma once

#include <cstdint>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "client/options.h"

namespace quorate::client {

struct FailedAttempt {
  absl::Status status;
  bool write = false;
  bool once = false;         // a write that may be sent again whatever became of it
  bool node_failed = false;  // the node gave no answer of its own
  // No node has ever answered this client, and each could not be connected to
  // since the last wait.
  bool nobody_there = false;
  uint32_t attempt = 0;        // 0 is the first
  uint32_t untried_nodes = 0;  // that could be asked instead
  absl::Duration left;         // of the call's deadline
};

struct RetryDecision {
  bool retry = false;
  absl::Duration wait;  // before the next attempt
};

// Retries what is safe and may help: reads, writes that happen once, and writes
// whose error says that nothing was applied, when the code speaks of a passing state. A node that
// failed is left for another one at once; everything else waits: as long as
// the server said, or a backoff by `random`, whichever is longer. No retry
// when the wait would outlast the deadline, nor where nobody is there: a wrong
// address or a cluster that isn't up should be told at once, while a client
// that knows its cluster rides out a restart of all nodes. Nor where every node
// has said that replicas are missing and no election can help.
RetryDecision DecideRetry(const FailedAttempt& failed, const BackoffOptions& backoff,
                          uint64_t random);

}  // namespace quorate::client
