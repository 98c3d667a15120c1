// Mutations as JSON: {"op": "put", "key": "a", "value": "1"}, {"op": "delete",
// "key": "b"}, {"op": "add", "key": "c", "delta": 5}; put and delete take an
// "if": {"absent": true}, {"present": true}, {"version": 7} or {"value": "x"}.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "client/types.h"

namespace quorate::kvctl {

// INVALID_ARGUMENT says what is wrong with it.
absl::StatusOr<Mutation> ParseMutation(std::string_view line);

}  // namespace quorate::kvctl
