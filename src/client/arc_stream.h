// A partition's chunks, from one node, as they come. Not installed: the messages are
// the wire's.
#pragma once

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/ids.h"
#include "client/client.h"
#include "quorate/v1/backup.pb.h"

namespace quorate::client {

// Blocks until the last part has been taken. `take` is called on this thread; its
// error ends the call, and comes back. NOT_FOUND, NODE_NOT_FOUND: the topology that is
// known has no such node; UNAVAILABLE, BACKUP_CUT_OFF: the stream ended without its last
// part; else what the node says. `deadline`: infinite for none.
absl::Status ReadArc(const Client& client, NodeId node, const v1::ReadArcRequest& request,
                     absl::Duration deadline,
                     absl::FunctionRef<absl::Status(v1::ArcPart& part)> take);

}  // namespace quorate::client
