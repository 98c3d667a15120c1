#include "base/protocol_version.h"

#include "base/error.h"
#include "base/strings.h"

namespace quorate {

absl::Status CheckProtocol(std::string_view who, const ProtocolRange& theirs,
                           const ProtocolRange& ours) {
  if (theirs.newest < ours.oldest) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition, "PROTOCOL_TOO_OLD",
        StrCat(who, " speaks protocol ", theirs.newest, " at most, and the nodes of this cluster ",
               ours.oldest, " or newer: start a newer build of kvd"));
  }
  if (theirs.oldest > ours.newest) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition, "PROTOCOL_TOO_NEW",
        StrCat(who, " speaks protocol ", theirs.oldest, " or newer, and the nodes of this cluster ",
               ours.newest, " at most: upgrade those first, or start an older build of kvd"));
  }
  return absl::OkStatus();
}

}  // namespace quorate
