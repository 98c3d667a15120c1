#include "client/rpc_status.h"

#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <optional>

#include "base/status_codec.h"
#include "base/strings.h"

namespace quorate::client {
namespace {

// Until a server has answered, a call's peer is the name it was to be reached
// by; afterwards it is the address.
bool ServerAnswered(const grpc::ClientContext& context) {
  const std::string peer = context.peer();
  return peer.starts_with("ipv4:") || peer.starts_with("ipv6:") || peer.starts_with("unix:");
}

// What gRPC says when it found no connection to put the call on. A server may
// say the same words of its own calls.
bool NeverLeft(const grpc::Status& rpc, const grpc::ClientContext& context) {
  if (rpc.error_code() != grpc::StatusCode::UNAVAILABLE || ServerAnswered(context)) return false;
  const std::string& text = rpc.error_message();
  return text.starts_with("failed to connect to all addresses") ||
         text.starts_with("DNS resolution failed") || text.starts_with("empty address list");
}

// Codes by which a server or what stands before it refuses a call before any
// handler has seen it.
bool RefusedAtTheDoor(grpc::StatusCode code) {
  return code == grpc::StatusCode::UNIMPLEMENTED || code == grpc::StatusCode::UNAUTHENTICATED ||
         code == grpc::StatusCode::PERMISSION_DENIED;
}

std::string_view ReasonFor(grpc::StatusCode code, bool never_left) {
  if (never_left) return "NODE_UNREACHABLE";
  switch (code) {
    case grpc::StatusCode::DEADLINE_EXCEEDED:
      return "DEADLINE_EXCEEDED";
    case grpc::StatusCode::UNAVAILABLE:
      return "CONNECTION_LOST";
    case grpc::StatusCode::UNIMPLEMENTED:
      return "NOT_A_QUORATE_NODE";
    case grpc::StatusCode::CANCELLED:
      return "CANCELLED";
    case grpc::StatusCode::PERMISSION_DENIED:
    case grpc::StatusCode::UNAUTHENTICATED:
      return "NOT_ALLOWED";
    default:
      return "RPC_FAILED";
  }
}

// The end of gRPC's chain of messages is the operating system's: "failed to
// connect to all addresses; last error: UNKNOWN: ipv4:127.0.0.1:1: Failed to
// connect to remote host: Connection refused".
std::string CauseOf(const grpc::Status& rpc) {
  if (rpc.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) return "no answer in time";
  const std::string& text = rpc.error_message();
  const size_t colon = text.rfind(": ");
  return colon == std::string::npos ? text : text.substr(colon + 2);
}

std::string MessageFor(const grpc::Status& rpc, bool never_left, std::string_view node) {
  const std::string cause = CauseOf(rpc);
  if (never_left) return StrCat("cannot connect to ", node, ": ", cause);
  if (rpc.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
    return StrCat("no answer from ", node, " before the deadline");
  }
  return StrCat("the call to ", node, " failed: ", rpc.error_message());
}

}  // namespace

RpcResult ResultOfRpc(const grpc::Status& rpc, const grpc::ClientContext& context, bool write,
                      std::string_view node) {
  if (rpc.ok()) return {};
  if (auto ours = DecodeStatusDetails(rpc.error_details())) {
    if (!write) ours = WithApplied(*ours, Applied::kNo);
    const bool leaving =
        ReasonOf(*ours) == "SHUTTING_DOWN" && !ErrorDetailsOf(*ours).contains("going_down");
    return {.status = *std::move(ours), .leaving = leaving};
  }
  const grpc::StatusCode code = rpc.error_code();
  const bool never_left = NeverLeft(rpc, context);
  const bool certain = !write || never_left || RefusedAtTheDoor(code);
  return {
      .status =
          MakeError(static_cast<absl::StatusCode>(code), ReasonFor(code, never_left),
                    MessageFor(rpc, never_left, node), certain ? Applied::kNo : Applied::kUnknown),
      .node_failed = code == grpc::StatusCode::UNAVAILABLE ||
                     code == grpc::StatusCode::DEADLINE_EXCEEDED ||
                     code == grpc::StatusCode::CANCELLED || code == grpc::StatusCode::INTERNAL,
      .unreachable = never_left,
      .cause = CauseOf(rpc),
  };
}

absl::Status WithApplied(const absl::Status& status, Applied applied) {
  absl::Status marked =
      MakeError(status.code(), ReasonOf(status), ToStd(status.message()), applied);
  for (const auto& [name, value] : ErrorDetailsOf(status)) SetErrorDetail(marked, name, value);
  if (const auto delay = RetryAfterOf(status)) SetRetryAfter(marked, *delay);
  return marked;
}

}  // namespace quorate::client
