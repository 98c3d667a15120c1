// What a request's session token says of the keyspace that it is for.
#pragma once

#include <string_view>

#include "absl/status/statusor.h"
#include "base/session_token.h"
#include "quorum/keyspace_session.h"
#include "replica/request.h"
#include "ring/topology.h"

namespace quorate::rpc {

class SessionParts {
 public:
  // INVALID_ARGUMENT: SESSION_... where the token is none of this cluster's, and
  // SESSION_KEYSPACE_REMADE where a keyspace of that name was dropped since.
  static absl::StatusOr<SessionParts> Open(std::string_view token,
                                           const ring::KeyspaceInfo& keyspace,
                                           const ring::Topology& topology);

  // The part of the request's partition.
  void FillIn(Request& request) const;

 private:
  SessionToken token_;
  quorum::KeyspaceSession leaderless_;
};

}  // namespace quorate::rpc
