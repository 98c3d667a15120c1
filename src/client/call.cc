#include "client/call.h"

#include <grpc/support/time.h>

#include <algorithm>
#include <optional>

#include "base/call_weight.h"
#include "base/env.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/strings.h"
#include "client/once.h"
#include "client/retry_policy.h"

namespace quorate::client {
namespace {

gpr_timespec DeadlineIn(absl::Duration timeout) {
  return gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                      gpr_time_from_micros(absl::ToInt64Microseconds(timeout), GPR_TIMESPAN));
}

constexpr std::string_view kOverloaded = "NODE_OVERLOADED";

bool IsOverload(const absl::Status& status) {
  return absl::IsResourceExhausted(status) && ReasonOf(status) == kOverloaded;
}

// As the node would have said it.
const absl::Status& HeldBack() {
  static const absl::Status* const status = [] {
    auto* held = new absl::Status(MakeError(absl::StatusCode::kResourceExhausted, kOverloaded,
                                            "the node has more calls to answer than it takes on, "
                                            "so this one was kept from it; it was not "
                                            "begun, try again in a moment"));
    SetRetryAfter(*held, limits::kOverloadRetryAfter);
    return held;
  }();
  return *status;
}

}  // namespace

CallBase::CallBase(Core& core, Target target, absl::Duration deadline, size_t request_bytes)
    : core_(core),
      target_(std::move(target)),
      deadline_(SystemEnv().Monotonic() + core.DeadlineOf(deadline)),
      weight_(target_.key_hash ? CallWeightOf(request_bytes) : 0) {}

void CallBase::Start() {
  core_.Begin();
  core_.OnCall();
  Attempt();
}

absl::Duration CallBase::Left() const { return deadline_ - SystemEnv().Monotonic(); }

absl::Duration CallBase::AttemptTimeout() const {
  const absl::Duration left = Left();
  if ((target_.write && !target_.once) || choice_.untried == 0) return left;
  return left / 2;
}

void CallBase::Attempt() {
  choice_ = core_.router().Choose(target_, tried_);
  tried_.push_back(choice_.link);
  if (target_.key_hash && !choice_.link->TakesMore()) return RetryOrFail({.status = HeldBack()});
  context_ = std::make_unique<grpc::ClientContext>();
  context_->set_deadline(DeadlineIn(AttemptTimeout()));
  sent_at_ = SystemEnv().Monotonic();
  choice_.link->OnStart(weight_);
  Send(*choice_.link, *context_,
       [self = shared_from_this()](const grpc::Status& rpc) { self->OnRpcDone(rpc); });
}

void CallBase::OnRpcDone(const grpc::Status& rpc) {
  RpcResult result = ResultOfRpc(rpc, *context_, target_.write, choice_.link->address());
  if (result.node_failed) {
    choice_.link->OnFailure(weight_);
  } else if (result.leaving) {
    core_.OnAnswer();
    choice_.link->OnLeaving(weight_);
  } else {
    core_.OnAnswer();
    const absl::Duration took = SystemEnv().Monotonic() - sent_at_;
    choice_.link->OnAnswer(weight_, took);
    if (target_.key_hash) {
      choice_.link->OnTaken(weight_, /*refused=*/IsOverload(result.status), took);
    }
  }
  if (result.status.ok()) return Finish(absl::OkStatus());
  RetryOrFail(std::move(result));
}

void CallBase::RetryOrFail(RpcResult result) {
  if (result.node_failed) causes_.emplace_back(choice_.link->address(), result.cause);
  if (!result.node_failed) told_ = result.status;
  none_reached_ = none_reached_ && result.unreachable;
  const bool round_over = choice_.untried == 0;
  // What a node said tells more than that the last one asked is not there.
  const absl::Status& telling = result.unreachable && !told_.ok() ? told_ : result.status;
  const RetryDecision decision =
      DecideRetry({.status = telling,
                   .write = target_.write,
                   .once = target_.once,
                   .node_failed = result.node_failed,
                   .nobody_there = round_over && none_reached_ && !core_.answered(),
                   .attempt = attempt_,
                   .untried_nodes = choice_.untried,
                   .left = Left()},
                  core_.options().backoff, SystemEnv().Random());
  const bool unknown = AppliedOf(result.status) != Applied::kNo;
  std::optional<absl::Duration> wait;
  // What became of a write is always worth the question.
  if (decision.retry) wait = unknown ? decision.wait : core_.TakeRetry(decision.wait, Left());
  if (!wait) {
    // Nor, of a read, that no time was left for one more answer.
    const bool cut_off = !target_.write && absl::IsDeadlineExceeded(telling) && !told_.ok();
    return Finish(Explain(JudgeLast(cut_off ? told_ : telling, unknown_before_)));
  }
  unknown_before_ = unknown_before_ || unknown;
  ++attempt_;
  // With every node tried once, the round starts anew. What one refuses as too much, another would
  // only pass on to it.
  if (round_over || IsOverload(telling)) {
    tried_.clear();
    none_reached_ = true;
  }
  // Off gRPC's thread even without a wait: the finished call is still on the stack.
  core_.housekeeping().PostAfter(*wait, [self = shared_from_this()] { self->Attempt(); });
}

absl::Status CallBase::Explain(absl::Status last) const {
  for (const auto& [address, cause] : causes_) SetErrorDetail(last, address, cause);
  return last;
}

void CallBase::Finish(absl::Status status) {
  Deliver(std::move(status));
  // From End on the client may go, and with the core the channels; this call
  // lives a little longer, on a thread of gRPC's, which must not be the one
  // to drop the last of them.
  context_.reset();
  choice_ = {};
  tried_.clear();
  core_.End();
}

}  // namespace quorate::client
