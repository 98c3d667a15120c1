// A node that runs on an older copy of its disk than others have heard of.
#pragma once

#include <string_view>

#include "absl/status/status.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/strings.h"

namespace quorate {

// What it must end with: it has forgotten votes, promises and acknowledgements.
inline absl::Status OldDiskImage(NodeId self, std::string_view witness) {
  return MakeError(absl::StatusCode::kDataLoss, "OLD_DISK_IMAGE",
                   StrCat(witness, " has heard of a later start of ", self.ToString(),
                          " than this one: its data folder is an older copy, or another process "
                          "runs on a copy of it. Put the newest folder back; what it had "
                          "acknowledged since the copy was made is missing here"));
}

// Likewise where the copy was made in the same life, or while it ran.
inline absl::Status ForgottenWrites(NodeId self, std::string_view replica) {
  return MakeError(absl::StatusCode::kDataLoss, "OLD_DISK_IMAGE",
                   StrCat(replica, " lacks writes that ", self.ToString(),
                          " had told the others to have on disk: its data folder is an older copy. "
                          "Put the newest folder back; what it had acknowledged since the copy "
                          "was made is missing here"));
}

}  // namespace quorate
