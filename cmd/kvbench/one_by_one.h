// One operation after another by the calling thread, each begun when the one before is over.
#pragma once

#include <functional>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "slice.h"

namespace quorate::bench {

// For so long, or until one fails.
Slice RunOneByOne(const std::function<absl::Status()>& operation, absl::Duration length);

}  // namespace quorate::bench
