// Many keys of one keyspace: one lookup for each partition that has any.
#pragma once

#include "node/node.h"
#include "quorate/v1/kv.pb.h"
#include "rpc/router.h"
#include "rpc/unary_call.h"

namespace quorate::rpc {

// Spends `in`'s keys. An error: nothing was begun, and the call isn't finished.
absl::Status StartMultiGet(Node& node, const Route& route, UnaryCall* call, v1::MultiGetRequest* in,
                           v1::MultiGetResponse* out);

}  // namespace quorate::rpc
