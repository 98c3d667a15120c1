// The end of a node's life: leaderships are handed over, then what waits is
// answered and nothing more is taken.
#pragma once

#include <memory>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"
#include "node/worker.h"

namespace quorate {

// `deadline` is a moment of Env::Monotonic. `done` is called on a worker's
// thread once every worker has drained.
void StartDrain(const std::vector<std::unique_ptr<Worker>>& workers, absl::Duration deadline,
                absl::AnyInvocable<void() &&> done);

}  // namespace quorate
