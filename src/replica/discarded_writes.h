// What is in a conflict journal, in the terms of its keyspace's policy.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/level.h"
#include "kv/command.h"
#include "quorum/effect.h"

namespace quorate {

// A value; of a counter what was added, of a set the element, of a map the field and that. Of a
// tombstone what was removed; empty: all of the key.
std::string ShowDiscarded(Conflict conflict, const quorum::Record& loser);

// Has the same effect again, as a new write: a removal takes away what it took away then, if it
// is there still. `scope`: see ContextScope. FAILED_PRECONDITION, CONFLICT_EXPIRED;
// INVALID_ARGUMENT, BAD_POLICY_OP.
absl::StatusOr<kv::Mutation> WriteAgainOf(Conflict conflict, std::string_view scope,
                                          quorum::Discard discard, uint64_t now_us);

}  // namespace quorate
