// Histories as JSON lines: docs/history-format.md.
#pragma once

#include <istream>
#include <ostream>
#include <string_view>

#include "absl/status/statusor.h"
#include "check/history.h"
#include "nlohmann/json_fwd.hpp"

namespace quorate::check {

// The same history gives the same bytes. Whether `out` took them is for the
// caller to ask.
void WriteHistory(const History& history, std::ostream& out);

// An operation's line, without its end.
nlohmann::ordered_json OperationToJson(const Operation& operation);

// `name` stands for the input in errors: INVALID_ARGUMENT (BAD_HISTORY_LINE)
// "name:line: what is wrong", or UNAVAILABLE (READ_FAILED).
absl::StatusOr<History> ReadHistory(std::istream& in, std::string_view name);

}  // namespace quorate::check
