#include "base/protocol_version.h"

#include "base/error.h"
#include "base/strings.h"

namespace quorate {

absl::Status CheckProtocol(std::string_view who, const ProtocolRange& build,
                           const ClusterProtocol& cluster) {
  if (build.newest < cluster.needed()) {
    return MakeError(
        absl::StatusCode::kFailedPrecondition, "PROTOCOL_TOO_OLD",
        StrCat(who, " speaks protocol ", build.newest, " at most, and the cluster has gone on to ",
               cluster.needed(), ", from where there is no way back: start a newer build of kvd"));
  }
  if (build.oldest > cluster.active) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "PROTOCOL_TOO_NEW",
                     StrCat(who, " speaks protocol ", build.oldest,
                            " or newer, and the cluster is at ", cluster.active,
                            ": start a build that speaks both, and when all nodes run one, "
                            "kvctl cluster upgrade --finalize"));
  }
  return absl::OkStatus();
}

}  // namespace quorate
