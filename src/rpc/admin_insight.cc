// What replicas know of one another and hold, as operators see it.
#include <utility>

#include "rpc/admin_service.h"
#include "rpc/conflicts.h"
#include "rpc/finish.h"
#include "rpc/inspect.h"
#include "rpc/lag.h"
#include "rpc/limits.h"

namespace quorate::rpc {
namespace {

// Ends a call with the whole answer.
template <class Response>
auto Tell(grpc::ServerUnaryReactor* reactor, Response* out) {
  return [reactor, out](absl::StatusOr<Response> answer) {
    if (!answer.ok()) return Finish(reactor, answer.status());
    *out = *std::move(answer);
    Finish(reactor, absl::OkStatus());
  };
}

}  // namespace

grpc::ServerUnaryReactor* AdminService::GetLag(grpc::CallbackServerContext* context,
                                               const v1::GetLagRequest* in,
                                               v1::GetLagResponse* out) {
  return WithKeyspace(
      context, in->keyspace(), in->local(),
      [=, this](grpc::ServerUnaryReactor* reactor, const Route& route, absl::Duration deadline) {
        if (in->local()) return TellLag(node_, self_, *route.keyspace, Tell(reactor, out));
        CollectLag(node_, collector_, route, deadline, Tell(reactor, out));
      });
}

grpc::ServerUnaryReactor* AdminService::ListConflicts(grpc::CallbackServerContext* context,
                                                      const v1::ListConflictsRequest* in,
                                                      v1::ListConflictsResponse* out) {
  return WithKeyspace(
      context, in->keyspace(), in->local(),
      [=, this](grpc::ServerUnaryReactor* reactor, const Route& route, absl::Duration deadline) {
        if (absl::Status fits = NeedsQuorum(*route.keyspace); !fits.ok()) {
          return Finish(reactor, fits);
        }
        auto tell = Tell(reactor, out);
        if (in->local()) return TellConflicts(node_, self_, *route.keyspace, *in, tell);
        CollectConflicts(node_, collector_, route, *in, deadline, tell);
      });
}

grpc::ServerUnaryReactor* AdminService::RestoreConflict(grpc::CallbackServerContext* context,
                                                        const v1::RestoreConflictRequest* in,
                                                        v1::RestoreConflictResponse* out) {
  return WithKeyspace(
      context, in->keyspace(), /*known=*/false,
      [=, this](grpc::ServerUnaryReactor* reactor, const Route&, absl::Duration deadline) {
        const absl::StatusOr<Route> route = router_.FindForWrite(in->keyspace(), in->level(), {});
        if (!route.ok()) return Finish(reactor, route.status());
        if (NodeId(in->node()) == self_) {
          return RestoreHere(node_, env_, *route, *in, deadline, Tell(reactor, out));
        }
        RestoreThere(collector_, *route, *in, collector_.PatienceUntil(deadline),
                     Tell(reactor, out));
      });
}

grpc::ServerUnaryReactor* AdminService::InspectKey(grpc::CallbackServerContext* context,
                                                   const v1::InspectKeyRequest* in,
                                                   v1::InspectKeyResponse* out) {
  return WithKeyspace(
      context, in->keyspace(), in->local(),
      [=, this](grpc::ServerUnaryReactor* reactor, const Route& route, absl::Duration deadline) {
        if (absl::Status key = CheckKey(in->key()); !key.ok()) return Finish(reactor, key);
        auto tell = Tell(reactor, out);
        if (in->local()) return InspectHere(node_, self_, *route.keyspace, *in, tell);
        InspectEverywhere(node_, collector_, route, *in, deadline, tell);
      });
}

}  // namespace quorate::rpc
