// What the end of a gRPC call means for the request it carried.
#pragma once

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "base/error.h"

namespace grpc {
class ClientContext;
class Status;
}  // namespace grpc

namespace quorate::client {

struct RpcResult {
  absl::Status status;
  // The node gave no answer of its own: it couldn't be reached, the connection
  // broke, or the time ran out.
  bool node_failed = false;
  bool unreachable = false;  // it couldn't even be connected to
  std::string cause = {};    // of that, in few words
  bool leaving = false;      // it is going down; not whoever it asked
};

// `context` is of the finished call. An error of ours is taken by its details.
// Any other one: of a write, it is not applied only where that is certain (the
// call never left, or was refused before any handler); of a read, it had no
// effect. `node` names the address in messages.
RpcResult ResultOfRpc(const grpc::Status& rpc, const grpc::ClientContext& context, bool write,
                      std::string_view node);

// The same status, marked with what is known of the effect.
absl::Status WithApplied(const absl::Status& status, Applied applied);

}  // namespace quorate::client
