// One page of a scan: scatter to all partitions, merge in key order.
#pragma once

#include "node/node.h"
#include "quorate/v1/kv.pb.h"
#include "rpc/router.h"
#include "rpc/unary_call.h"

namespace quorate::rpc {

// An error: nothing was begun, and the call isn't finished.
absl::Status StartScan(Node& node, const Route& route, UnaryCall* call, const v1::ScanRequest* in,
                       v1::ScanResponse* out);

}  // namespace quorate::rpc
