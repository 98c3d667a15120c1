// From a keyspace's name and a level to the partition that a request is for.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "base/env.h"
#include "node/node.h"
#include "quorate/v1/kv.pb.h"
#include "ring/topology.h"
#include "rpc/read_plan.h"
#include "rpc/session_parts.h"

namespace quorate::rpc {

struct Route {
  ring::SharedTopology topology;  // keeps `keyspace` alive
  const ring::KeyspaceInfo* keyspace = nullptr;
  Level level = Level::kDefault;  // never kDefault; a ladder's first
  std::optional<ReadPlan> read;   // none: a write
  std::optional<SessionParts> session;

  // A request to the arc's partition, without its operation.
  Request ToArc(uint32_t arc, absl::Duration deadline) const;
};

class Router {
 public:
  explicit Router(Node& node) : node_(node) {}

  // By the topology this node knows. NOT_FOUND, KEYSPACE_NOT_FOUND: none of
  // that name (with the likely one); INVALID_ARGUMENT: not a level of its mode,
  // or the session's token is not good for it (SESSION_...).
  absl::StatusOr<Route> FindKeyspace(std::string_view keyspace) const;
  absl::StatusOr<Route> FindForWrite(std::string_view keyspace, v1::Level level,
                                     std::string_view session) const;
  // Of what concerns writers, at QUORUM; keyspaces without writers refuse it as such.
  absl::StatusOr<Route> FindForWriter(std::string_view keyspace) const;
  absl::StatusOr<Route> FindForRead(std::string_view keyspace, v1::Level level,
                                    const v1::ReadOptions& options) const;

  // Asks the meta group whether the topology has moved on and, if so, follows
  // it. Then calls `done`; OK: what Find says is the truth of this moment.
  // For what Find didn't know: no request of a known keyspace waits for this.
  void Refresh(absl::Duration deadline, absl::AnyInvocable<void(absl::Status) &&> done);

 private:
  Node& node_;
};

// True if a Refresh might turn the refusal into a route.
bool MayBeStale(const absl::Status& status);

}  // namespace quorate::rpc
