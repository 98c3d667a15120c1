// Values from an argument, from stdin (`-`) or from a file (`@file`).
#pragma once

#include <string>

#include "absl/status/statusor.h"

namespace quorate::kvctl {

// INVALID_ARGUMENT: the file can't be read; says why.
absl::StatusOr<std::string> ReadValue(const std::string& argument);

}  // namespace quorate::kvctl
