// What listens at the addresses of a process that asks to join, so that whoever lets
// it in finds it there.
#pragma once

#include <grpcpp/server.h>

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "quorate/v1/peer.grpc.pb.h"
#include "ring/topology.h"
#include "rpc/server_options.h"

namespace quorate::rpc {

class JoinDoor {
 public:
  // Listens at plan.listen and plan.peer_listen while it lives.
  static absl::StatusOr<std::unique_ptr<JoinDoor>> Open(const ServerPlan& plan, uint64_t token);
  ~JoinDoor();

 private:
  class Service final : public v1::Joiner::CallbackService {
   public:
    explicit Service(uint64_t token) : token_(token) {}
    grpc::ServerUnaryReactor* WhoIsThere(grpc::CallbackServerContext* context,
                                         const v1::WhoIsThereRequest* in,
                                         v1::WhoIsThereResponse* out) override;

   private:
    const uint64_t token_;
  };

  explicit JoinDoor(uint64_t token) : service_(token) {}

  Service service_;
  std::unique_ptr<grpc::Server> client_server_;
  std::unique_ptr<grpc::Server> peer_server_;
};

// Looks for the process with node.join_token at both addresses of `node`. Else
// FAILED_PRECONDITION, ADVERTISE_UNREACHABLE. `self`: who looks. Any thread.
void FindJoiner(NodeId self, const ring::NodeInfo& node, absl::Duration patience,
                absl::AnyInvocable<void(absl::Status) &&> done);

}  // namespace quorate::rpc
