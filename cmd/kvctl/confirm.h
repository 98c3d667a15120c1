// Asking before what can't be undone.
#pragma once

#include <string>

#include "absl/status/status.h"
#include "session.h"

namespace quorate::kvctl {

// OK if `given` (of --confirm) is the name, or if it is empty and the name is
// typed at a terminal. `what` says what is about to happen.
absl::Status Confirm(const Session& session, const std::string& what, const std::string& name,
                     const std::string& given);

}  // namespace quorate::kvctl
