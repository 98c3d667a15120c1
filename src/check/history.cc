#include "check/history.h"

#include <utility>

#include "base/check.h"
#include "base/error.h"
#include "base/ladder.h"
#include "base/strings.h"

namespace quorate::check {
namespace {

absl::Status Bad(absl::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, "BAD_OPERATION", ToStd(message));
}

bool TakesCondition(Action action) {
  return action == Action::kPut || action == Action::kDelete || action == Action::kAdd;
}

bool TakesContext(Action action) { return action == Action::kPut || action == Action::kDelete; }

absl::Status ValidateLevel(const std::string& level) {
  // Thousands of operations in a row have the same one.
  thread_local std::string last_valid;
  if (level.empty() || level == last_valid) return absl::OkStatus();
  const absl::StatusOr<Ladder> ladder = ParseLadder(level);
  if (!ladder.ok()) return Bad(ladder.status().message());
  if (ladder->size() != 1) return Bad("a ladder is no level: tell the one that was reached");
  const absl::Status status = CheckLadder(*ladder);
  if (!status.ok()) return Bad(status.message());
  last_valid = level;
  return absl::OkStatus();
}

absl::Status ValidateArguments(const Operation& op) {
  if (!HasValue(op.action) && !op.value.empty()) {
    return Bad("only a put, append, set_add or set_remove has a value to write");
  }
  if (op.action != Action::kAdd && op.delta != 0) return Bad("only an add has a delta");
  if (!TakesCondition(op.action) && op.condition.kind != Condition::Kind::kNone) {
    return Bad(op.action == Action::kGet ? "a get has no condition"
                                         : "only a put, delete or add has a condition");
  }
  if (op.ttl_us && (op.action != Action::kPut || *op.ttl_us < 0)) {
    return Bad("only a put has a time to live, not a negative one");
  }
  if (!op.replaced.empty() && !TakesContext(op.action)) {
    return Bad("only a put or delete replaces what its context has seen");
  }
  if (!op.error.empty() && op.outcome == Outcome::kDone)
    return Bad("a done operation has no error");
  return ValidateLevel(op.level);
}

absl::Status ValidateTimes(const Operation& op) {
  if (op.return_us && *op.return_us < op.invoke_us) return Bad("it returned before it was invoked");
  if (op.outcome == Outcome::kDone && !op.return_us)
    return Bad("a done operation has a return time");
  return absl::OkStatus();
}

absl::Status ValidateGet(const Result& result) {
  if (!result.found) return Bad("a done get tells whether it found a value");
  const bool told = result.value || result.values || result.elements;
  if (*result.found != told) return Bad("a done get tells a value exactly if it found one");
  if (result.stale_us && *result.stale_us < 0) return Bad("a bound of staleness is not negative");
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
  if (op.action != Action::kGet && (result.values || result.elements || result.stale_us)) {
    return Bad("only a get tells elements, values and how stale they may be");
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

bool HasValue(Action action) {
  return action == Action::kPut || action == Action::kAppend || action == Action::kSetAdd ||
         action == Action::kSetRemove;
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

bool History::Place(std::string key, Placement placement) {
  const auto [place, added] = placements_.try_emplace(std::move(key), placement);
  return added || place->second == placement;
}

}  // namespace quorate::check
