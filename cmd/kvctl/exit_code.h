// How kvctl ends. Scripts depend on these numbers: they are for ever.
#pragma once

#include "absl/status/status.h"

namespace quorate::kvctl {

enum ExitCode : int {
  kDone = 0,
  kFailed = 1,
  kUsage = 2,  // or configuration
  kNotFound = 3,
  kConditionNotMet = 4,
  kUnavailable = 5,  // certainly not applied
  kOutcomeUnknown = 6,
  kNotAllowed = 7,
  kPartial = 8,
  kUnhealthy = 10,  // or a check failed
  kInterrupted = 130,
};

ExitCode ExitCodeOf(const absl::Status& status);

// As --help has them.
inline constexpr char kExitCodesHelp[] =
    R"(Exit codes:
  0 done                        6 outcome unknown: may have been applied
  1 failed                      7 not allowed
  2 usage or configuration      8 partial
  3 not found                   10 unhealthy, or a check failed
  4 condition not met           130 interrupted
  5 unavailable, certainly not applied
)";

}  // namespace quorate::kvctl
