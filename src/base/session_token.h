// What a session has seen: for each partition of mode raft the newest position in
// its log that the session wrote or read; for each keyspace of mode quorum what
// quorum/keyspace_session.h says. Carried by clients, opaque to them, small, and
// good for every process and language. docs/session-token.md has the bytes.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "base/ids.h"

namespace quorate {

// A position in a partition's log. Zero: nothing seen.
struct Seen {
  Term term;
  LogIndex index;
  friend bool operator==(const Seen&, const Seen&) = default;
};

class SessionToken {
 public:
  // Keeps the newest of each partition; newest by term, then index.
  void Note(PartitionId partition, Seen seen);
  // Of mode raft alone.
  void Merge(const SessionToken& other);
  Seen Find(PartitionId partition) const;
  // It saw one of mode raft in [first, last].
  bool FindsAny(PartitionId first, PartitionId last) const;
  // Of a keyspace of mode quorum, by its name: bytes of another format, which are
  // replaced, not merged. Empty: nothing.
  void SetLeaderless(uint64_t keyspace_hash, std::string bytes);
  const std::string& FindLeaderless(std::string_view keyspace) const;
  const std::map<uint64_t, std::string>& leaderless() const { return leaderless_; }
  static uint64_t HashOf(std::string_view keyspace);

  bool empty() const { return seen_.empty() && leaderless_.empty(); }
  // Partitions of mode raft.
  size_t size() const { return seen_.size(); }

  std::string Encode(std::string_view cluster_id) const;
  // INVALID_ARGUMENT: SESSION_DAMAGED (truncated, changed or no token at all),
  // SESSION_NEWER (of a later build), SESSION_OTHER_CLUSTER. Nothing is the
  // token of a session that has seen nothing.
  static absl::StatusOr<SessionToken> Decode(std::string_view bytes, std::string_view cluster_id);

 private:
  // What follows the cluster's hash. False: there is more or less than there says.
  bool TakePlaces(std::string_view body);
  bool TakeBoth(std::string_view body);

  std::map<PartitionId, Seen> seen_;
  std::map<uint64_t, std::string> leaderless_;  // by the hash of the keyspace's name
};

}  // namespace quorate
