// absl::Status to and from grpc::Status, details and all.
#pragma once

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace quorate::rpc {

grpc::Status ToGrpcStatus(const absl::Status& status);
// A status that did not come from our code keeps its code and text; what it
// did then is unknown, save where the call never left.
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace quorate::rpc
