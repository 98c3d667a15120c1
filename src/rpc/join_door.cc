#include "rpc/join_door.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>

#include <chrono>
#include <utility>

#include "base/error.h"
#include "base/limits.h"
#include "base/strings.h"
#include "rpc/deadline.h"
#include "rpc/grpc_server.h"

namespace quorate::rpc {
namespace {

// One after the other, so that the first that leads nowhere is told.
class Search : public std::enable_shared_from_this<Search> {
 public:
  using Done = absl::AnyInvocable<void(absl::Status) &&>;

  Search(NodeId self, const ring::NodeInfo& node, absl::Duration patience, Done done)
      : self_(self), node_(node), patience_(patience), done_(std::move(done)) {}

  void LookAt(bool peer) {
    const std::string& address = peer ? node_.peer_address : node_.client_address;
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    stub_ = v1::Joiner::NewStub(
        grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
    context_ = std::make_unique<grpc::ClientContext>();
    context_->set_deadline(MomentIn(patience_));
    stub_->async()->WhoIsThere(
        context_.get(), &request_, &response_,
        [me = shared_from_this(), peer](const grpc::Status& told) { me->Take(peer, told); });
  }

 private:
  void Take(bool peer, const grpc::Status& told) {
    const bool found = told.ok() && response_.join_token() == node_.join_token;
    if (found && !peer) return LookAt(/*peer=*/true);
    std::move(done_)(found ? absl::OkStatus() : NotThere(peer, told));
  }

  absl::Status NotThere(bool peer, const grpc::Status& told) const {
    const bool another = told.ok() || told.error_code() == grpc::StatusCode::UNIMPLEMENTED;
    const std::string_view setting = peer ? "peer-advertise" : "advertise";
    return MakeError(
        absl::StatusCode::kFailedPrecondition, "ADVERTISE_UNREACHABLE",
        StrCat(self_.ToString(), " looked for the new node at ",
               peer ? node_.peer_address : node_.client_address, " (", setting, ") and found ",
               another ? std::string("another process")
                       : StrCat("nothing that asks to join: ", told.error_message()),
               "; say with --", setting, " where the other nodes reach it"));
  }

  const NodeId self_;
  const ring::NodeInfo node_;
  const absl::Duration patience_;
  Done done_;
  std::unique_ptr<v1::Joiner::Stub> stub_;
  std::unique_ptr<grpc::ClientContext> context_;
  const v1::WhoIsThereRequest request_;
  v1::WhoIsThereResponse response_;
};

}  // namespace

grpc::ServerUnaryReactor* JoinDoor::Service::WhoIsThere(grpc::CallbackServerContext* context,
                                                        const v1::WhoIsThereRequest*,
                                                        v1::WhoIsThereResponse* out) {
  out->set_join_token(token_);
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

absl::StatusOr<std::unique_ptr<JoinDoor>> JoinDoor::Open(const ServerPlan& plan, uint64_t token) {
  EnableStandardServices();
  std::unique_ptr<JoinDoor> door(new JoinDoor(token));
  auto client = StartGrpcServer(plan.listen, "listen", limits::kMessageBytesMax, {&door->service_});
  if (!client.ok()) return client.status();
  door->client_server_ = *std::move(client);
  auto peer =
      StartGrpcServer(plan.peer_listen, "peer-listen", limits::kMessageBytesMax, {&door->service_});
  if (!peer.ok()) return peer.status();
  door->peer_server_ = *std::move(peer);
  return door;
}

JoinDoor::~JoinDoor() {
  for (auto* server : {client_server_.get(), peer_server_.get()}) {
    if (server == nullptr) continue;
    server->Shutdown(std::chrono::system_clock::now());
    server->Wait();
  }
}

void FindJoiner(NodeId self, const ring::NodeInfo& node, absl::Duration patience,
                absl::AnyInvocable<void(absl::Status) &&> done) {
  std::make_shared<Search>(self, node, patience, std::move(done))->LookAt(/*peer=*/false);
}

}  // namespace quorate::rpc
