// Ends a call that is answered once.
#pragma once

#include <grpcpp/support/server_callback.h>

#include "absl/status/status.h"
#include "rpc/grpc_status.h"
#include "rpc/turn_end.h"

namespace quorate::rpc {

// At the end of the worker's turn, where the caller is in one.
inline void Finish(grpc::ServerUnaryReactor* reactor, const absl::Status& status) {
  TurnEnd::Defer([reactor, status = ToGrpcStatus(status)] { reactor->Finish(status); });
}

}  // namespace quorate::rpc
