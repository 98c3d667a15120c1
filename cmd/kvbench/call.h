// Calls over gRPC: connections of one's own, deadlines, statuses.
#pragma once

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace quorate::bench {

inline constexpr absl::Duration kCallDeadline = absl::Seconds(5);

// A connection of its own (never shared with another one to the same address),
// which tries again every 100 ms.
std::shared_ptr<grpc::Channel> Connect(const std::string& address);

// The call waits for its connection until then: one that fails at once would
// leave nobody to drive a connection that is being made.
void SetDeadline(grpc::ClientContext& context, absl::Duration length = kCallDeadline);
absl::Status ToStatus(const grpc::Status& status);

}  // namespace quorate::bench
