// Keys and values are bytes; how people get to see them.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace quorate::kvctl {

// Of either form that BytesToJson gives; INVALID_ARGUMENT for anything else.
absl::StatusOr<std::string> FromJson(const nlohmann::json& json);

// On one line of a terminal: control bytes and what isn't UTF-8 as \xNN, new
// lines and tabs as \n and \t.
std::string ToLine(std::string_view bytes);
// The same, but new lines and tabs as they are.
std::string ToText(std::string_view bytes);

std::string HumanBytes(uint64_t bytes);  // 1.5 MiB

}  // namespace quorate::kvctl
