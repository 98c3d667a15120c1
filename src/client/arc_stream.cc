#include "client/arc_stream.h"

#include <grpc/support/time.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/sync_stream.h>

#include <memory>

#include "base/strings.h"
#include "client/core.h"
#include "client/rpc_status.h"

namespace quorate::client {
namespace {

absl::Status CutOff(const NodeLink& link) {
  return MakeError(absl::StatusCode::kUnavailable, "BACKUP_CUT_OFF",
                   StrCat(link.address(), " ended before all was sent; ask again"));
}

}  // namespace

absl::Status ReadArc(const Client& client, NodeId node, const v1::ReadArcRequest& request,
                     absl::Duration deadline,
                     absl::FunctionRef<absl::Status(v1::ArcPart& part)> take) {
  Core& core = client.handle_->core();
  const std::shared_ptr<NodeLink> link = core.router().LinkOf(node);
  if (link == nullptr) {
    return MakeError(absl::StatusCode::kNotFound, "NODE_NOT_FOUND",
                     StrCat(node.ToString(), " is not in the topology; kvctl node list"));
  }
  grpc::ClientContext context;
  if (deadline != absl::InfiniteDuration()) {
    context.set_deadline(
        gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                     gpr_time_from_micros(absl::ToInt64Microseconds(deadline), GPR_TIMESPAN)));
  }
  const auto reader = link->backup().ReadArc(&context, request);
  absl::Status refused;
  bool whole = false;
  for (v1::ArcPart part; refused.ok() && reader->Read(&part);) {
    whole = part.has_end();
    refused = take(part);
    if (!refused.ok()) context.TryCancel();
  }
  const grpc::Status ended = reader->Finish();
  if (!refused.ok()) return refused;
  RpcResult result = ResultOfRpc(ended, context, /*write=*/false, link->address());
  if (!result.status.ok()) return result.status;
  return whole ? absl::OkStatus() : CutOff(*link);
}

}  // namespace quorate::client
