// Who a process is before it is a node: what its data folder says and, where that is
// nobody's yet, what the cluster says that it asks to let it in.
#pragma once

#include <spdlog/logger.h>

#include "absl/status/status.h"
#include "base/env.h"
#include "base/protocol_version.h"
#include "rpc/server_options.h"
#include "rpc/storage_stack.h"

namespace quorate::rpc {

// Puts the node's id and cluster into `options`, and into `plan` the topology of the
// cluster that has let it in. Changes nothing where they are told, and there is no
// plan.join. Blocks, for some seconds at most; somebody holds a GrpcThreads meanwhile.
// Of plan.join, FAILED_PRECONDITION: the folder is another cluster's; JOIN_UNFINISHED:
// it is half-way into one. UNAVAILABLE, SEED_SILENT. Else as Admin.AddNode.
absl::Status Identify(Disk& disk, Env& env, spdlog::logger& log, const ProtocolRange& speaks,
                      ServerOptions& options, ServerPlan& plan);

}  // namespace quorate::rpc
