#include "check/history.h"

#include <utility>

#include "base/check.h"
#include "base/error.h"

namespace quorate::check {
namespace {

absl::Status Bad(std::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_OPERATION", message);
}

absl::Status ValidateArguments(const Operation& op) {
  if (op.action != Action::kPut && !op.value.empty()) return Bad("only a put has a value to write");
  if (op.action != Action::kAdd && op.delta != 0) return Bad("only an add has a delta");
  if (op.action == Action::kGet && op.condition.kind != Condition::Kind::kNone) {
    return Bad("a get has no condition");
  }
  return absl::OkStatus();
}

absl::Status ValidateTimes(const Operation& op) {
  if (op.return_us && *op.return_us < op.invoke_us) return Bad("it returned before it was invoked");
  if (op.outcome == Outcome::kDone && !op.return_us)
    return Bad("a done operation has a return time");
  return absl::OkStatus();
}

absl::Status ValidateGet(const Result& result) {
  if (!result.found) return Bad("a done get tells whether it found a value");
  if (*result.found != result.value.has_value()) {
    return Bad("a done get tells a value exactly if it found one");
  }
  return absl::OkStatus();
}

absl::Status ValidateResult(const Operation& op) {
  const Result& result = op.result;
  if (op.outcome != Outcome::kDone) {
    return result == Result() ? absl::OkStatus() : Bad("only a done operation has a result");
  }
  if (op.action == Action::kGet) {
    if (absl::Status status = ValidateGet(result); !status.ok()) return status;
  }
  const bool conditional = op.condition.kind != Condition::Kind::kNone;
  if (conditional != result.success.has_value()) {
    return Bad("success is told exactly for a done write with a condition");
  }
  const bool observer = IsObserver(op);
  if (!observer && result.value) return Bad("a write that took effect reads no value");
  if (result.found == false && result.value) return Bad("a value was read though none was found");
  if (observer && result.version != 0 && !result.found.value_or(true)) {
    return Bad("a version was read though no value was found");
  }
  if (result.sum && (op.action != Action::kAdd || observer)) {
    return Bad("only an add that took effect has a sum");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ValidateOperation(const Operation& operation) {
  if (absl::Status status = ValidateArguments(operation); !status.ok()) return status;
  if (absl::Status status = ValidateTimes(operation); !status.ok()) return status;
  return ValidateResult(operation);
}

bool IsObserver(const Operation& operation) {
  return operation.action == Action::kGet || operation.result.success == false;
}

bool IsAcknowledgedWrite(const Operation& operation) {
  return operation.outcome == Outcome::kDone && !IsObserver(operation);
}

CallId History::Invoke(Operation operation) {
  operation.outcome = Outcome::kUnknown;
  operation.return_us.reset();
  const CallId call{operations_.size()};
  Append(std::move(operation));
  return call;
}

Operation& History::Open(CallId call) {
  QUORATE_CHECK(call.index < operations_.size(), "the call is not of this history");
  Operation& operation = operations_[call.index];
  QUORATE_CHECK(!operation.return_us, "the call has ended before");
  return operation;
}

void History::Done(CallId call, int64_t now_us, Result result) {
  Operation& operation = Open(call);
  operation.return_us = now_us;
  operation.outcome = Outcome::kDone;
  operation.result = std::move(result);
  QUORATE_CHECK(ValidateOperation(operation).ok(), "the reply contradicts the operation");
}

void History::Fail(CallId call, int64_t now_us) {
  Operation& operation = Open(call);
  operation.return_us = now_us;
  operation.outcome = Outcome::kFailed;
  QUORATE_CHECK(ValidateOperation(operation).ok(), "the end contradicts the operation");
}

void History::LoseTrack(CallId call, int64_t now_us) {
  Operation& operation = Open(call);
  operation.return_us = now_us;
  QUORATE_CHECK(ValidateOperation(operation).ok(), "the end contradicts the operation");
}

void History::Append(Operation operation) {
  QUORATE_CHECK(ValidateOperation(operation).ok(), "the operation contradicts itself");
  operations_.push_back(std::move(operation));
}

void History::AppendReplica(ReplicaContents contents) { replicas_.push_back(std::move(contents)); }

}  // namespace quorate::check
