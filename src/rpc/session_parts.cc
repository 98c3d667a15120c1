#include "rpc/session_parts.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/strings.h"

namespace quorate::rpc {

absl::StatusOr<SessionParts> SessionParts::Open(std::string_view bytes,
                                                const ring::KeyspaceInfo& keyspace,
                                                std::string_view cluster_id) {
  SessionParts parts;
  absl::StatusOr<SessionToken> token = SessionToken::Decode(bytes, cluster_id);
  if (!token.ok()) return token.status();
  parts.token_ = *std::move(token);
  const std::string& leaderless = parts.token_.FindLeaderless(keyspace.name);
  if (leaderless.empty()) return parts;
  absl::StatusOr<quorum::KeyspaceSession> session = quorum::KeyspaceSession::Decode(leaderless);
  if (!session.ok()) return session.status();
  parts.leaderless_ = *std::move(session);
  for (const auto& [id, dots] : parts.leaderless_.dots()) {
    const bool known = std::any_of(keyspace.partitions.begin(), keyspace.partitions.end(),
                                   [id = id](const auto& one) { return one.id == id; });
    if (known) continue;
    return MakeError(
        absl::StatusCode::kInvalidArgument, "SESSION_KEYSPACE_REMADE",
        StrCat("the session has seen ", id.ToString(), " of a keyspace \"", keyspace.name,
               "\" that is no more: it was dropped, and another was made under its "
               "name. Begin a new session"));
  }
  return parts;
}

void SessionParts::FillIn(Request& request) const {
  request.seen = token_.Find(request.partition);
  if (!leaderless_.empty()) {
    request.session = quorum::EncodeSessionPart(leaderless_.Find(request.partition));
  }
}

}  // namespace quorate::rpc
