#include "client/arc_stream.h"

#include <grpc/support/time.h>
#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <memory>

#include "base/limits.h"
#include "base/strings.h"
#include "client/core.h"
#include "client/rpc_status.h"
#include "quorate/v1/backup.grpc.pb.h"

namespace quorate::client {
namespace {

// Of its own, so that nothing waits behind it; and a node that falls silent, with what
// it would have sent, is missed.
std::unique_ptr<v1::Backup::Stub> ConnectTo(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, 5000);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5000);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetMaxReceiveMessageSize(static_cast<int>(limits::kMessageBytesMax));
  arguments.SetMaxSendMessageSize(static_cast<int>(limits::kMessageBytesMax));
  return v1::Backup::NewStub(
      grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments));
}

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
  const auto stub = ConnectTo(link->address());
  const auto reader = stub->ReadArc(&context, request);
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
