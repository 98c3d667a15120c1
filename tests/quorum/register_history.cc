#include "register_history.h"

#include "base/error.h"
#include "check/format.h"
#include "check/linearizable.h"

namespace quorate::quorum {
namespace {

check::Action ActionOf(RegisterOp::Kind kind) {
  switch (kind) {
    case RegisterOp::Kind::kRead:
    case RegisterOp::Kind::kComplete:
    case RegisterOp::Kind::kLearnFate:
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

check::Operation HistoryEntry(const RegisterEvent& event) {
  check::Operation told;
  told.client = event.client;
  told.action = ActionOf(event.op.kind);
  told.key = event.key;
  if (told.action == check::Action::kPut) told.value = event.op.value;
  if (told.action == check::Action::kAdd) told.delta = event.op.delta;
  told.condition.kind = static_cast<check::Condition::Kind>(event.op.condition.kind);
  if (told.condition.kind == check::Condition::Kind::kVersion) {
    told.condition.version = event.op.condition.version.value();
  }
  if (told.condition.kind == check::Condition::Kind::kValue) {
    told.condition.value = event.op.condition.value;
  }
  told.invoke_us = event.invoke_us;
  told.return_us = event.return_us;
  const absl::Status& status = event.outcome.status;
  if (!event.return_us || (!status.ok() && AppliedOf(status) == Applied::kUnknown)) {
    told.outcome = check::Outcome::kUnknown;
  } else if (!status.ok()) {
    told.outcome = check::Outcome::kFailed;
  } else {
    told.outcome = check::Outcome::kDone;
    told.result = ResultOf(event.op, event.outcome);
  }
  return told;
}

std::string JudgeHistory(const check::History& history) {
  const check::LinearizabilityReport report = check::CheckLinearizable(history);
  const bool wrong =
      report.verdict == check::Verdict::kViolated || report.verdict == check::Verdict::kUndecided;
  return wrong ? check::FormatReport(report) : "";
}

}  // namespace quorate::quorum
