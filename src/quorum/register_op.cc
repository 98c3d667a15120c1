#include "quorum/register_op.h"

#include <utility>

#include "absl/strings/numbers.h"
#include "base/error.h"
#include "base/strings.h"

namespace quorate::quorum {
namespace {

using Condition = RegisterCondition;

bool Holds(const Condition& condition, const RegisterValue& current, bool found) {
  switch (condition.kind) {
    case Condition::Kind::kNone:
      return true;
    case Condition::Kind::kAbsent:
      return !found;
    case Condition::Kind::kPresent:
      return found;
    case Condition::Kind::kVersion:
      return found && current.origin.time == condition.version;
    case Condition::Kind::kValue:
      return found && current.bytes == condition.value;
  }
  return false;
}

absl::Status Add(int64_t delta, const RegisterValue& current, bool found, int64_t& sum) {
  int64_t number = 0;
  if (found && !absl::SimpleAtoi(current.bytes, &number)) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "NOT_A_COUNTER",
                     StrCat("the value \"", PrintableBytes(current.bytes),
                            "\" is not a decimal 64-bit number, so nothing can be added to it; "
                            "put a number first"));
  }
  if (__builtin_add_overflow(number, delta, &sum)) {
    return MakeError(absl::StatusCode::kOutOfRange, "COUNTER_OVERFLOW",
                     StrCat(number, " + ", delta,
                            " leaves the range of a 64-bit number; put "
                            "another number first"));
  }
  return absl::OkStatus();
}

void TellFound(const RegisterValue& current, RegisterOutcome& outcome) {
  outcome.value = outcome.found ? current.bytes : "";
  outcome.version = outcome.found ? current.origin : Ballot();
  outcome.expires_at_us = outcome.found ? current.expires_at_us : 0;
}

}  // namespace

Judgement JudgeRegisterOp(const RegisterOp& op, const RegisterValue& current,
                          uint64_t calendar_us) {
  Judgement judgement;
  RegisterOutcome& outcome = judgement.outcome;
  outcome.found = current.present && !current.ExpiredAt(calendar_us);
  outcome.condition_held = Holds(op.condition, current, outcome.found);
  if (op.IsRead() || !outcome.condition_held) {
    TellFound(current, outcome);
    return judgement;
  }
  RegisterValue next;
  next.present = op.kind != RegisterOp::Kind::kDelete;
  if (op.kind == RegisterOp::Kind::kPut) {
    next.bytes = op.value;
    next.expires_at_us = op.expires_at_us;
  } else if (op.kind == RegisterOp::Kind::kAdd) {
    int64_t sum = 0;
    outcome.status = Add(op.delta, current, outcome.found, sum);
    if (!outcome.status.ok()) return judgement;
    outcome.sum = sum;
    next.bytes = StrCat(sum);
    next.expires_at_us = outcome.found ? current.expires_at_us : op.expires_at_us;
  }
  judgement.next = std::move(next);
  return judgement;
}

}  // namespace quorate::quorum
