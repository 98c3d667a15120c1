#include "rpc/unary_call.h"

#include "rpc/convert.h"
#include "rpc/grpc_status.h"
#include "rpc/turn_end.h"

namespace quorate::rpc {

void UnaryCall::Took(const Reply& reply) {
  const auto sum = [](const StageTimings& one) { return one.queued + one.agreed + one.forwarded; };
  if (partition_ && sum(reply.timings) <= sum(timings_)) return;
  partition_ = reply.receipt.partition;
  timings_ = reply.timings;
}

void UnaryCall::TellTimings(const StageTimings& timings, v1::Receipt* out) const {
  if (tells_timings) FillTimings(timings, watch_.Now() - started_, out);
}

void UnaryCall::Record(absl::StatusCode code) {
  watch_.Ended(operation_, started_,
               {.operation = {},
                .level = level,
                .partition = partition_,
                .code = code,
                .took = {},
                .timings = timings_});
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
