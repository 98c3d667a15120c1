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

}  // namespace quorate
