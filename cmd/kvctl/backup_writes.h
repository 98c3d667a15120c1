// From a record of a backup to the writes that make it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/level.h"
#include "client/types.h"
#include "quorate/v1/kv.pb.h"

namespace quorate::kvctl {

// Takes out what has expired at that moment; false: nothing is left. `changed`: something
// was taken out.
bool DropExpired(uint64_t now_us, v1::Record& record, bool& changed);

// In the order in which they are to be done. `there`: what the key holds already, null:
// nothing; then only what is missing is written. FAILED_PRECONDITION, RESTORE_DIFFERS:
// it holds what the backup has not.
absl::StatusOr<std::vector<Mutation>> WritesOf(const v1::Record& record, Conflict conflict,
                                               uint64_t now_us, const Record* there);

}  // namespace quorate::kvctl
