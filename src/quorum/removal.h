// What a copy that is no replica any more had removed, as a conflict journal keeps it: the body of
// a record that is a tombstone, of policies whose removals take away what was read.
//
// Body: 1 byte format, 1; the op with its size in front; the vector.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "quorum/version_vector.h"

namespace quorate::quorum {

struct Removal {
  std::string op;     // a SetOp or a MapOp that removes; empty: all that there is of the key
  VersionVector had;  // the writes that it removed
};

std::string EncodeRemoval(const Removal& removal);
// INVALID_ARGUMENT, BAD_POLICY_OP.
absl::StatusOr<Removal> DecodeRemoval(std::string_view bytes);

}  // namespace quorate::quorum
