// What a key of a leaderless partition costs on disk, once every replica has it.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace quorate::bench {

// Writes that many keys as a replica does, lets go of what is only kept until all
// is everywhere, in an engine in a new folder below `folder`; gives the bytes of
// its files for each key, beside the key's and the value's own.
absl::StatusOr<double> BytesBesideKeyAndValue(const std::string& folder, uint64_t keys);

}  // namespace quorate::bench
