#include "rpc/unary_call.h"

#include "base/call_weight.h"
#include "base/error.h"
#include "base/strings.h"
#include "rpc/convert.h"
#include "rpc/grpc_status.h"
#include "rpc/turn_end.h"

namespace quorate::rpc {
namespace {

// Made once: refusing must cost next to nothing.
const grpc::Status& TooMany() {
  static const grpc::Status* const status = [] {
    absl::Status refused =
        MakeError(absl::StatusCode::kResourceExhausted, "NODE_OVERLOADED",
                  StrCat("more calls are under way at this node than it answers in ",
                         ToStd(absl::FormatDuration(limits::kCallWaitMax)),
                         "; this one was not begun, try again in a moment"));
    SetRetryAfter(refused, limits::kOverloadRetryAfter);
    return new grpc::Status(ToGrpcStatus(refused));
  }();
  return *status;
}

// Of an end that shows that there is too much to do, or nobody to do it.
bool WasServed(absl::StatusCode code) {
  return code != absl::StatusCode::kDeadlineExceeded && code != absl::StatusCode::kUnavailable &&
         code != absl::StatusCode::kResourceExhausted;
}

}  // namespace

bool UnaryCall::Enter(CallGate& gate, size_t bytes) {
  weight_ = CallWeightOf(bytes);
  if (gate.Enter(weight_)) {
    gate_ = &gate;
    return true;
  }
  Record(absl::StatusCode::kResourceExhausted);
  reactor_->Finish(TooMany());
  return false;
}

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
  if (gate_ != nullptr) gate_->Leave(weight_, WasServed(code), watch_.Now());
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
