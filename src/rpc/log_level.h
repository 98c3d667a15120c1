// How much a logger says, by the names that `log-level` has.
#pragma once

#include <spdlog/logger.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"

namespace quorate::rpc {

// From the most that can be said to nothing.
const std::vector<std::string>& LogLevels();

std::string LogLevelOf(const spdlog::logger& log);

// Empty: leaves it as it is. From any thread. INVALID_ARGUMENT BAD_LOG_LEVEL
// names those there are.
absl::Status ChangeLogLevel(spdlog::logger& log, std::string_view level);

}  // namespace quorate::rpc
