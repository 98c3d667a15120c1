#include "rpc/unary_call.h"

#include "rpc/grpc_status.h"
#include "rpc/turn_end.h"

namespace quorate::rpc {

void UnaryCall::Record(absl::StatusCode code) {
  metrics_.Record(operation_, level, code, env_.Monotonic() - started_);
}

void UnaryCall::Succeed() {
  Record(absl::StatusCode::kOk);
  TurnEnd::Defer([reactor = reactor_] { reactor->Finish(grpc::Status::OK); });
}

void UnaryCall::Fail(const absl::Status& status) {
  Record(status.code());
  TurnEnd::Defer([reactor = reactor_, status = ToGrpcStatus(status)] { reactor->Finish(status); });
}

}  // namespace quorate::rpc
