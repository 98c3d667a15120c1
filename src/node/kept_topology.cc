#include "node/kept_topology.h"

#include "base/error.h"
#include "base/strings.h"

namespace quorate {

absl::Status Decommissioned(NodeId self) {
  return MakeError(
      absl::StatusCode::kCancelled, kNodeDecommissioned,
      self.ToString() +
          " holds nothing any more and has left the cluster; its folder may be removed");
}

absl::Status LetGoUnheard(NodeId self) {
  return MakeError(
      absl::StatusCode::kUnavailable, "LEGACY_NOT_HANDED_OVER",
      self.ToString() +
          " was let go from the cluster while nobody heard it, and no replica has taken what it "
          "alone has, writes at ANY or of keyspaces of mode quorum: keep its folder, and start it "
          "again once its former fellows can be reached");
}

absl::Status CheckBuild(const NodeOptions& options, const ClusterProtocol& cluster) {
  return CheckProtocol(StrCat("this build of ", options.self.ToString()), options.protocol,
                       cluster);
}

absl::Status Outdated(const absl::Status& why) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "PROTOCOL_TOO_OLD",
                   StrCat(ToStd(why.message()),
                          ": the cluster has gone on, and there is no way back: start a newer "
                          "build of kvd"));
}

absl::StatusOr<ring::Topology> LoadTopology(const NodeOptions& options, Files& files) {
  auto stored = files.ReadWhole(kTopologyFile);
  if (stored.ok()) {
    auto known = ring::DecodeTopology(*stored);
    if (!known.ok()) return known.status();
    if (absl::Status fit = CheckBuild(options, known->protocol); !fit.ok()) return fit;
    return known;
  }
  if (!absl::IsNotFound(stored.status())) return stored.status();
  absl::StatusOr<ring::Topology> first =
      options.topology != nullptr
          ? ring::Topology(*options.topology)
          : ring::Bootstrap(options.cluster_id, options.bootstrap, options.protocol.newest);
  if (!first.ok()) return first.status();
  if (absl::Status fit = CheckBuild(options, first->protocol); !fit.ok()) return fit;
  if (first->FindNode(options.self) == nullptr) {
    return MakeError(absl::StatusCode::kInvalidArgument, "NOT_IN_BOOTSTRAP",
                     options.self.ToString() + " is not among the nodes of the bootstrap list");
  }
  absl::Status kept = files.ReplaceDurably(kTopologyFile, ring::EncodeTopology(*first));
  if (!kept.ok()) return kept;
  return first;
}

}  // namespace quorate
