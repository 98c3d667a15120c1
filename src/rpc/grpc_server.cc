#include "rpc/grpc_server.h"

#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/health_check_service_interface.h>

#include "base/error.h"
#include "base/strings.h"

namespace quorate::rpc {

void EnableStandardServices() {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::reflection::InitProtoReflectionServerBuilderPlugin();
}

namespace {

void SetUp(grpc::ServerBuilder& builder, int message_bytes_max,
           const std::vector<grpc::Service*>& services) {
  builder.SetMaxReceiveMessageSize(message_bytes_max);
  builder.SetMaxSendMessageSize(message_bytes_max);
  // Only reflection is served by threads of gRPC's own; all else by callbacks.
  builder.SetSyncServerOption(grpc::ServerBuilder::NUM_CQS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::MIN_POLLERS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::MAX_POLLERS, 1);
  for (grpc::Service* service : services) builder.RegisterService(service);
}

}  // namespace

absl::StatusOr<std::unique_ptr<grpc::Server>> StartGrpcServer(
    const Address& address, std::string_view setting, int message_bytes_max,
    const std::vector<grpc::Service*>& services) {
  // gRPC only says that it failed; this says why.
  if (absl::Status free = CheckCanListen(address, setting); !free.ok()) return free;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(address.ToString(), grpc::InsecureServerCredentials(), &port);
  // Two processes must not share a port unnoticed.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // Clients may look after idle connections every second.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 1000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  SetUp(builder, message_bytes_max, services);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) {
    return MakeError(absl::StatusCode::kUnavailable, "CANNOT_LISTEN",
                     StrCat("cannot listen at ", address.ToString(), "; name another address ",
                            "with --", setting));
  }
  return server;
}

std::unique_ptr<grpc::Server> StartInnerServer(int message_bytes_max,
                                               const std::vector<grpc::Service*>& services) {
  grpc::ServerBuilder builder;
  SetUp(builder, message_bytes_max, services);
  return builder.BuildAndStart();
}

}  // namespace quorate::rpc
