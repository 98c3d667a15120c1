#include "rpc/router.h"

#include <utility>
#include <vector>

#include "base/error.h"
#include "base/strings.h"
#include "base/suggest.h"
#include "ring/levels.h"
#include "rpc/convert.h"

namespace quorate::rpc {
namespace {

constexpr std::string_view kNotFound = "KEYSPACE_NOT_FOUND";
// Where the meta group keeps the topology.
constexpr std::string_view kTopologyKey = "topology";

absl::Status KeyspaceNotFound(const ring::Topology& topology, std::string_view name) {
  if (name.empty()) {
    return MakeError(absl::StatusCode::kInvalidArgument, "NO_KEYSPACE",
                     "the request names no keyspace");
  }
  std::vector<std::string> known;
  for (const auto& [other, info] : topology.keyspaces) known.push_back(other);
  return MakeError(
      absl::StatusCode::kNotFound, kNotFound,
      StrCat("there is no keyspace \"", name.substr(0, 64), "\"", DidYouMean(name, known),
             known.empty() ? "; none exists yet" : "", " (make one with kvctl keyspace create)"));
}

absl::Status OpenSession(std::string_view token, Route& route) {
  if (token.empty()) return absl::OkStatus();
  auto session = SessionParts::Open(token, *route.keyspace, *route.topology);
  if (session.ok()) route.session = *std::move(session);
  return session.status();
}

}  // namespace

bool MayBeStale(const absl::Status& status) { return ReasonOf(status) == kNotFound; }

Request Route::ToArc(uint32_t arc, absl::Duration deadline) const {
  Request request;
  request.partition = keyspace->partitions[arc].id;
  request.epoch = topology->epoch;
  request.level = level;
  request.deadline = deadline;
  if (read) {
    request.bound = read->bound;
    request.ladder = read->ladder;
  }
  if (session) session->FillIn(request);
  return request;
}

absl::StatusOr<Route> Router::FindKeyspace(std::string_view keyspace) const {
  Route route;
  route.topology = node_.topology();
  route.keyspace = route.topology->FindKeyspace(keyspace);
  if (route.keyspace == nullptr) return KeyspaceNotFound(*route.topology, keyspace);
  return route;
}

absl::StatusOr<Route> Router::FindForWrite(std::string_view keyspace, v1::Level asked,
                                           std::string_view session) const {
  absl::StatusOr<Route> route = FindKeyspace(keyspace);
  if (!route.ok()) return route;
  const absl::StatusOr<Level> level = LevelOf(asked);
  if (!level.ok()) return level.status();
  route->level = *level == Level::kDefault ? route->keyspace->default_write : *level;
  const absl::Status allowed =
      ring::CheckWriteLevel(route->keyspace->mode, route->level, route->keyspace->conflict);
  if (!allowed.ok()) return allowed;
  if (absl::Status opened = OpenSession(session, *route); !opened.ok()) return opened;
  return route;
}

absl::StatusOr<Route> Router::FindForWriter(std::string_view keyspace) const {
  absl::StatusOr<Route> route = FindKeyspace(keyspace);
  if (route.ok()) route->level = Level::kQuorum;
  return route;
}

absl::StatusOr<Route> Router::FindForRead(std::string_view keyspace, v1::Level level,
                                          const v1::ReadOptions& options) const {
  absl::StatusOr<Route> route = FindKeyspace(keyspace);
  if (!route.ok()) return route;
  auto plan = PlanRead(level, options, *route->keyspace);
  if (!plan.ok()) return plan.status();
  if (absl::Status opened = OpenSession(options.session(), *route); !opened.ok()) return opened;
  route->level = plan->level;
  route->read = *std::move(plan);
  return route;
}

void Router::Refresh(absl::Duration deadline, absl::AnyInvocable<void(absl::Status) &&> done) {
  Request request;
  request.partition = kMetaPartition;
  request.epoch = node_.topology()->epoch;
  request.level = Level::kLinearizable;
  request.deadline = deadline;
  request.op = Lookup{{std::string(kTopologyKey)}};
  node_.Execute(std::move(request), [this, done = std::move(done)](Reply reply) mutable {
    if (!reply.status.ok()) {
      return std::move(done)(MakeError(
          absl::StatusCode::kUnavailable, "META_UNAVAILABLE",
          StrCat("the keyspace isn't known on this node, and the meta group could not be asked: ",
                 reply.status.message())));
    }
    if (reply.found.empty() || !reply.found[0]) return std::move(done)(absl::OkStatus());
    auto topology = ring::DecodeTopology(reply.found[0]->value);
    if (!topology.ok()) return std::move(done)(topology.status());
    if (topology->epoch <= node_.topology()->epoch) return std::move(done)(absl::OkStatus());
    node_.Adopt(ring::Freeze(*std::move(topology)));
    // Every worker reports after it has taken what Adopt queued.
    node_.Report(
        [done = std::move(done)](NodeStatusReport) mutable { std::move(done)(absl::OkStatus()); });
  });
}

}  // namespace quorate::rpc
