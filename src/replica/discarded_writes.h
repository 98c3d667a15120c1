// What is in a conflict journal, in the terms of its keyspace's policy.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "base/level.h"
#include "kv/command.h"
#include "quorum/effect.h"

namespace quorate {

// A value; of a counter what was added, of a set the element, of a map the field and that.
std::string ShowDiscarded(Conflict conflict, const quorum::Record& loser);

// Has the same effect again, as a new write. FAILED_PRECONDITION, CONFLICT_EXPIRED;
// INVALID_ARGUMENT, BAD_POLICY_OP.
absl::StatusOr<kv::Mutation> WriteAgainOf(Conflict conflict, quorum::Discard discard,
                                          uint64_t now_us);

}  // namespace quorate
