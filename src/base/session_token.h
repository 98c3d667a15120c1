// What a session has seen: for each partition the newest position in its log
// that the session wrote or read. Carried by clients, opaque to them, small,
// and good for every process and language. docs/session-token.md has the bytes.
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
  void Merge(const SessionToken& other);
  Seen Find(PartitionId partition) const;
  bool empty() const { return seen_.empty(); }
  size_t size() const { return seen_.size(); }

  std::string Encode(std::string_view cluster_id) const;
  // INVALID_ARGUMENT: SESSION_DAMAGED (truncated, changed or no token at all),
  // SESSION_NEWER (of a later build), SESSION_OTHER_CLUSTER. Nothing is the
  // token of a session that has seen nothing.
  static absl::StatusOr<SessionToken> Decode(std::string_view bytes, std::string_view cluster_id);

 private:
  std::map<PartitionId, Seen> seen_;
};

}  // namespace quorate
