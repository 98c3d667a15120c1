// A gRPC server that holds one port.
#pragma once

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "rpc/address.h"

namespace quorate::rpc {

// Before the first server, and as often as one likes: health and reflection
// for all of the process.
void EnableStandardServices();

// Serves when it returns. UNAVAILABLE, naming the address and `setting`, where
// it can't listen there.
absl::StatusOr<std::unique_ptr<grpc::Server>> StartGrpcServer(
    const Address& address, std::string_view setting, int message_bytes_max,
    const std::vector<grpc::Service*>& services);

// The same without a port: by InProcessChannel.
std::unique_ptr<grpc::Server> StartInnerServer(int message_bytes_max,
                                               const std::vector<grpc::Service*>& services);

}  // namespace quorate::rpc
