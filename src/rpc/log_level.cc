#include "rpc/log_level.h"

#include <algorithm>

#include "absl/strings/str_join.h"
#include "base/error.h"
#include "base/strings.h"

namespace quorate::rpc {

const std::vector<std::string>& LogLevels() {
  static const auto& levels =
      *new std::vector<std::string>{"trace", "debug", "info", "warn", "error", "off"};
  return levels;
}

std::string LogLevelOf(const spdlog::logger& log) {
  // spdlog calls one of them "warning".
  if (log.level() == spdlog::level::warn) return "warn";
  const auto name = spdlog::level::to_string_view(log.level());
  return std::string(name.data(), name.size());
}

absl::Status ChangeLogLevel(spdlog::logger& log, std::string_view level) {
  if (level.empty()) return absl::OkStatus();
  const std::vector<std::string>& levels = LogLevels();
  if (std::find(levels.begin(), levels.end(), level) == levels.end()) {
    return MakeError(absl::StatusCode::kInvalidArgument, "BAD_LOG_LEVEL",
                     StrCat("there is no log level \"", level, "\": it is one of ",
                            absl::StrJoin(levels, ", ")));
  }
  log.set_level(spdlog::level::from_str(std::string(level)));
  return absl::OkStatus();
}

}  // namespace quorate::rpc
