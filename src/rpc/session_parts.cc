#include "rpc/session_parts.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/strings.h"

namespace quorate::rpc {
namespace {

absl::Status Remade(const ring::KeyspaceInfo& keyspace) {
  return MakeError(absl::StatusCode::kInvalidArgument, "SESSION_KEYSPACE_REMADE",
                   StrCat("the session has seen a keyspace \"", keyspace.name,
                          "\" that is no more: it was dropped, and another was made under its "
                          "name. Begin a new session"));
}

}  // namespace

absl::StatusOr<SessionParts> SessionParts::Open(std::string_view bytes,
                                                const ring::KeyspaceInfo& keyspace,
                                                const ring::Topology& topology) {
  SessionParts parts;
  absl::StatusOr<SessionToken> token = SessionToken::Decode(bytes, topology.cluster_id);
  if (!token.ok()) return token.status();
  parts.token_ = *std::move(token);
  for (const ring::DroppedKeyspace& dropped : topology.dropped) {
    if (dropped.name != keyspace.name) continue;
    if (parts.token_.FindsAny(dropped.first, dropped.last)) return Remade(keyspace);
  }
  const std::string& leaderless = parts.token_.FindLeaderless(keyspace.name);
  if (leaderless.empty()) return parts;
  absl::StatusOr<quorum::KeyspaceSession> session = quorum::KeyspaceSession::Decode(leaderless);
  if (!session.ok()) return session.status();
  parts.leaderless_ = *std::move(session);
  for (const auto& [id, dots] : parts.leaderless_.dots()) {
    const bool known = std::any_of(keyspace.partitions.begin(), keyspace.partitions.end(),
                                   [id = id](const auto& one) { return one.id == id; });
    if (known) continue;
    return Remade(keyspace);
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
