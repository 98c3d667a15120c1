// What the clients of a random run saw, for the checker.
#include "base/error.h"
#include "register_schedule.h"

namespace quorate::quorum {
namespace {

check::Action ActionOf(RegisterOp::Kind kind) {
  switch (kind) {
    case RegisterOp::Kind::kRead:
    case RegisterOp::Kind::kComplete:
      return check::Action::kGet;
    case RegisterOp::Kind::kPut:
      return check::Action::kPut;
    case RegisterOp::Kind::kDelete:
      return check::Action::kDelete;
    case RegisterOp::Kind::kAdd:
      return check::Action::kAdd;
  }
  return check::Action::kGet;
}

check::Result ResultOf(const RegisterOp& op, const RegisterOutcome& outcome) {
  check::Result result;
  const bool conditional = op.condition.kind != RegisterCondition::Kind::kNone;
  if (!op.IsBlindWrite()) result.found = outcome.found;
  if (conditional) result.success = outcome.condition_held;
  const bool reads = op.IsRead() || !outcome.condition_held;
  if (reads && outcome.found) result.value = outcome.value;
  result.version = outcome.version.time.value();
  result.sum = outcome.sum;
  return result;
}

}  // namespace

check::History RegisterSchedule::History() const {
  check::History history;
  for (const Operation& operation : operations_) {
    if (operation.client == 0) continue;
    check::Operation told;
    told.client = operation.client;
    told.action = ActionOf(operation.op.kind);
    told.key = operation.key;
    if (told.action == check::Action::kPut) told.value = operation.op.value;
    if (told.action == check::Action::kAdd) told.delta = operation.op.delta;
    told.condition.kind = static_cast<check::Condition::Kind>(operation.op.condition.kind);
    if (told.condition.kind == check::Condition::Kind::kVersion) {
      told.condition.version = operation.op.condition.version.value();
    }
    if (told.condition.kind == check::Condition::Kind::kValue) {
      told.condition.value = operation.op.condition.value;
    }
    told.invoke_us = operation.invoke_us;
    told.return_us = operation.return_us;
    const absl::Status& status = operation.outcome.status;
    if (!operation.return_us || (!status.ok() && AppliedOf(status) == Applied::kUnknown)) {
      told.outcome = check::Outcome::kUnknown;
    } else if (!status.ok()) {
      told.outcome = check::Outcome::kFailed;
    } else {
      told.outcome = check::Outcome::kDone;
      told.result = ResultOf(operation.op, operation.outcome);
    }
    history.Append(std::move(told));
  }
  return history;
}

}  // namespace quorate::quorum
