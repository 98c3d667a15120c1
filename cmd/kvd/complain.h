// How kvd ends when it cannot go on.
#pragma once

#include "absl/status/status.h"

namespace quorate::kvd {

inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;
inline constexpr int kUsage = 2;

// Says why, on stderr, and gives `code`.
int Complain(const absl::Status& status, int code);

}  // namespace quorate::kvd
