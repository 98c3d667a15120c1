// What a client has read of one key, as opaque bytes that it gives back with a
// write which is to replace, or remove from, just that.
//   8 bytes  checksum of the rest
//   8 bytes  hash of the keyspace's scope and the key
//   the version vector
#pragma once

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "quorum/version_vector.h"

namespace quorate::quorum {

// `scope` tells clusters, and keyspaces dropped and made again, from each other.
std::string SealContext(std::string_view scope, std::string_view key, const VersionVector& seen);

// INVALID_ARGUMENT: FOREIGN_CONTEXT, it is of another key or scope; BAD_CONTEXT,
// it was changed or is none, or claims a write of `own` beyond what this replica
// has given out, `own.counter`; NEWER_FORMAT.
absl::StatusOr<VersionVector> OpenContext(std::string_view scope, std::string_view key,
                                          std::string_view bytes, const Dot& own);

}  // namespace quorate::quorum
