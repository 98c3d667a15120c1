// What a failed reply tells the client beyond its status.
#pragma once

#include "absl/status/status.h"
#include "replica/request.h"

namespace quorate::rpc {

// The status with the details that the reply knows: who answered, and for a
// condition that failed the version found (`version`; of several mutations
// `version.0`, `version.1`, ...).
absl::Status ErrorOf(const Reply& reply);

}  // namespace quorate::rpc
