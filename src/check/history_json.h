// Histories as JSON lines: docs/history-format.md.
#pragma once

#include <cstdint>
#include <istream>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "check/history.h"
#include "nlohmann/json_fwd.hpp"

namespace quorate::check {

// The first line's number: of a history that does not say whose it is, and of
// one that does.
inline constexpr uint64_t kFormatWithout = 1;
inline constexpr uint64_t kFormatWithJob = 2;

// The same history gives the same bytes. Whether `out` took them is for the
// caller to ask.
void WriteHistory(const History& history, std::ostream& out);
// Its parts, for who writes while the run goes on: one line each, but a line
// for each key of a replica. Not checked: see ValidateOperation.
void WriteHeader(const std::optional<JobInfo>& job, std::ostream& out);
void WriteOperation(const Operation& operation, std::ostream& out);
void WritePlacement(const std::string& key, const Placement& placement, std::ostream& out);
void WriteReplica(const ReplicaContents& replica, std::ostream& out);

// An operation's line, without its end.
nlohmann::ordered_json OperationToJson(const Operation& operation);

// `name` stands for the input in errors: INVALID_ARGUMENT (BAD_HISTORY_LINE)
// "name:line: what is wrong", or UNAVAILABLE (READ_FAILED).
absl::StatusOr<History> ReadHistory(std::istream& in, std::string_view name);

}  // namespace quorate::check
