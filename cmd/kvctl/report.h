// Errors and receipts, for people and for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "absl/status/status.h"
#include "client/types.h"
#include "session.h"

namespace quorate::kvctl {

// Prints the error to stderr, its last line the most useful one, and gives the
// exit code. `doing` starts the message where it isn't empty: put "42" at QUORUM.
int ReportError(const Session& session, const absl::Status& status, const std::string& doing = "");

// Of wrong usage; `help` is the command to type for help.
int ReportUsage(const Session& session, const std::string& message, const std::string& help);

nlohmann::json ToJson(const WriteReceipt& receipt);
nlohmann::json ToJson(const ReadReceipt& receipt);
// QUORUM, served by n1, on n1 n2 (2 on disk)
std::string ToLine(const WriteReceipt& receipt);
std::string ToLine(const ReadReceipt& receipt);

}  // namespace quorate::kvctl
