// Writers that go on through the death of a leader, and when each key was
// written again.
#pragma once

#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "killable.h"

namespace quorate::bench {

// Kills the victim while writers write its keys, one after another through
// every node, each with a short deadline. For each key: from the moment before
// the signal until a write was acknowledged that began when the process was
// gone. UNAVAILABLE if there is a key that nobody could write before or after.
absl::StatusOr<std::vector<absl::Duration>> KillWhileWriting(Killable& cluster,
                                                             const Victim& victim,
                                                             absl::Duration before);

}  // namespace quorate::bench
