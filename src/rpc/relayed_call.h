// A call that gRPC's own server answers, within this process: all but the data API, which is
// what there is most of.
#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/generic/generic_stub.h>

#include <memory>

#include "http2/session.h"
#include "rpc/client_connection.h"

namespace quorate::rpc {

// Passes it on to `stub`, which outlives it.
std::shared_ptr<http2::Call> RelayCall(grpc::GenericStub& stub,
                                       std::shared_ptr<ClientConnection> connection,
                                       http2::CallId id, http2::CallHead head);

}  // namespace quorate::rpc
