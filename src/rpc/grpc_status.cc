#include "rpc/grpc_status.h"

#include "base/error.h"
#include "base/status_codec.h"

namespace quorate::rpc {

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()),
                      EncodeStatusDetails(status));
}

absl::Status FromGrpcStatus(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  if (auto ours = DecodeStatusDetails(status.error_details())) return *std::move(ours);
  return MakeError(static_cast<absl::StatusCode>(status.error_code()), "TRANSPORT",
                   status.error_message(), Applied::kUnknown);
}

}  // namespace quorate::rpc
