// What every engine asks of a replacement's range and keys.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace quorate {

// INVALID_ARGUMENT unless the range has room for a key.
absl::Status CheckReplacementRange(std::string_view begin, std::string_view end);
// INVALID_ARGUMENT unless `key` lies in the range and behind `last`.
absl::Status CheckReplacementKey(std::string_view key, const std::optional<std::string>& last,
                                 std::string_view begin, std::string_view end);

}  // namespace quorate
