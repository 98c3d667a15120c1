// What a session has written and read in one keyspace: its part of a session
// token, small though there may be many partitions. docs/session-token.md has the
// bytes.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "quorum/session.h"

namespace quorate::quorum {

class KeyspaceSession {
 public:
  void Note(PartitionId partition, const SessionPart& part);
  void Merge(const KeyspaceSession& other);
  // Its time is the newest of the whole keyspace: what a session writes after
  // another of its writes is later, wherever the keys lie.
  SessionPart Find(PartitionId partition) const;

  bool empty() const { return dots_.empty(); }
  HlcTime time() const { return time_; }
  const std::map<PartitionId, SeenClock>& dots() const { return dots_; }

  std::string Encode() const;
  // INVALID_ARGUMENT, SESSION_DAMAGED.
  static absl::StatusOr<KeyspaceSession> Decode(std::string_view bytes);
  friend bool operator==(const KeyspaceSession&, const KeyspaceSession&) = default;

 private:
  HlcTime time_;
  std::map<PartitionId, SeenClock> dots_;
};

}  // namespace quorate::quorum
