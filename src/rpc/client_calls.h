// Which part of the server answers a client's call.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/generic/generic_stub.h>

#include <memory>

#include "rpc/client_connection.h"
#include "rpc/kv_service.h"

namespace quorate::rpc {

class ClientCalls final : public CallMaker {
 public:
  // Data calls go to `kv`, all others by `others`, to a server of gRPC's.
  ClientCalls(KvService& kv, std::shared_ptr<grpc::Channel> others)
      : kv_(kv), others_(std::move(others)) {}

  std::shared_ptr<http2::Call> MakeCall(std::shared_ptr<ClientConnection> connection,
                                        http2::CallId id, http2::CallHead head) override;

 private:
  KvService& kv_;
  grpc::GenericStub others_;
};

}  // namespace quorate::rpc
