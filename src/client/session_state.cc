#include "client/session_state.h"

#include <utility>

namespace quorate::client {

absl::Status SessionState::Resume(std::string_view token) {
  absl::StatusOr<SessionToken> decoded = SessionToken::Decode(token, cluster_id_);
  if (!decoded.ok()) return decoded.status();
  absl::MutexLock lock(&mutex_);
  for (const auto& [keyspace, bytes] : decoded->leaderless()) {
    auto session = quorum::KeyspaceSession::Decode(bytes);
    if (!session.ok()) return session.status();
    leaderless_[keyspace] = *std::move(session);
  }
  places_ = *std::move(decoded);
  return absl::OkStatus();
}

void SessionState::Note(std::string_view keyspace, const v1::Receipt& receipt) {
  const PartitionId partition(receipt.partition_id());
  if (receipt.seen().empty()) {
    absl::MutexLock lock(&mutex_);
    return places_.Note(partition, {Term(receipt.term()), LogIndex(receipt.index())});
  }
  const absl::StatusOr<quorum::SessionPart> part = quorum::DecodeSessionPart(receipt.seen());
  if (!part.ok()) return;  // of a later server, that the token can't hold
  absl::MutexLock lock(&mutex_);
  leaderless_[SessionToken::HashOf(keyspace)].Note(partition, *part);
}

std::string SessionState::Encode() const {
  SessionToken token = places_;
  for (const auto& [keyspace, session] : leaderless_) {
    token.SetLeaderless(keyspace, session.Encode());
  }
  return token.Encode(cluster_id_);
}

std::string SessionState::token() const {
  absl::MutexLock lock(&mutex_);
  return Encode();
}

std::string SessionState::write_token() const {
  absl::MutexLock lock(&mutex_);
  return leaderless_.empty() ? std::string() : Encode();
}

}  // namespace quorate::client
