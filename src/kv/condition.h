// The words for a condition that does not hold.
#pragma once

#include "absl/status/status.h"
#include "kv/command.h"

namespace quorate::kv {

// FAILED_PRECONDITION, CONDITION_FAILED. `version_found` 0: the key has no value.
absl::Status ConditionFailed(std::string_view key, const Condition& condition,
                             uint64_t version_found);

}  // namespace quorate::kv
