// A batch that is not atomic: its mutations each for itself, in whichever
// partitions, and the answers put together.
#pragma once

#include "node/node.h"
#include "quorate/v1/kv.pb.h"
#include "rpc/limits.h"
#include "rpc/router.h"
#include "rpc/unary_call.h"

namespace quorate::rpc {

// Spends `in`'s mutations. An error: nothing was begun, and the call isn't
// finished. INVALID_ARGUMENT: what each of them may be refused for, IDENTITY_INVALID
// where the batch has one identity for all, SESSION_SPANS_PARTITIONS where one
// receipt could not tell a session of all.
absl::Status StartScatteredBatch(Node& node, const Route& route, const RequestLimits& limits,
                                 UnaryCall* call, v1::BatchRequest* in, v1::WriteResponse* out);

// Of replies of which not all are OK. Certainly nothing was done: as the first that
// failed; else BATCH_PARTLY_DONE, whose details say which were done, which not,
// and of which it is unknown, counted from 0: "0-3,7".
absl::Status PartlyDone(const std::vector<Reply>& replies);

}  // namespace quorate::rpc
