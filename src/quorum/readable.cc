#include "quorum/readable.h"

#include "base/error.h"
#include "base/strings.h"

namespace quorate::quorum {

absl::Status CheckReadable(Level level, const Local& local, const Peers& peers) {
  if (level != Level::kSession && level != Level::kBounded && !CountsForReads(level)) {
    return MakeError(absl::StatusCode::kInvalidArgument, "LEVEL_UNSUPPORTED",
                     StrCat("a leaderless keyspace has no reads at ", LevelName(level),
                            "; use ONE, TWO, QUORUM, LOCAL_QUORUM, ALL, SESSION or BOUNDED"));
  }
  if (!local.filled()) {
    return MakeError(absl::StatusCode::kUnavailable, "REPLICA_FILLING",
                     StrCat("the replica at ", local.self().node.ToString(),
                            " began with an empty disk and is being filled by the others; ask "
                            "another node"));
  }
  if (!CountsForReads(level) || peers.Enough(level, peers.Living())) return absl::OkStatus();
  return MakeError(absl::StatusCode::kUnavailable, "REPLICAS_MISSING",
                   StrCat("a read at ", LevelName(level),
                          " needs replicas that are not there: ", peers.MissingNames(),
                          " can't be reached; bring them back, or read at a lower level"));
}

}  // namespace quorate::quorum
