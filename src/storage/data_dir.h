// Whose data a folder holds. Refuses one of another cluster, another node or
// a newer format, and counts boots.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "base/ids.h"
#include "storage/files.h"

namespace quorate {

inline constexpr uint32_t kDataFormat = 1;

struct Identity {
  std::string cluster_id;
  NodeId node;
};

// Whose folder it is; nullopt: nobody's yet. Errors as ClaimDataDir's.
absl::StatusOr<std::optional<Identity>> ReadIdentity(Files& files);

// Claims the folder for `identity` (an empty one becomes its own) and returns
// this start's boot number (base/boot.h), durably above all before.
// FAILED_PRECONDITION with reason FOREIGN_CLUSTER, FOREIGN_NODE or
// NEWER_FORMAT, DATA_LOSS where the file is damaged: each names the folder's
// owner and the way out.
absl::StatusOr<Boot> ClaimDataDir(Files& files, const Identity& identity, uint64_t random);

}  // namespace quorate
