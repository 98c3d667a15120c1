#include "sim/verdict.h"

#include <string>

#include "base/error.h"

namespace quorate::sim {
namespace {

// At ONE it may yet be lost with its leader.
bool Loose(const Op& op) { return op.kind == OpKind::kWrite && op.level == Level::kOne; }

Outcome ConcludeFate(const Reply& reply, bool doubt) {
  // A condition that failed is kept with its answer, as when it was told first.
  if (ReasonOf(reply.status) == "CONDITION_FAILED") return Outcome::kDone;
  switch (reply.write.fate) {
    case kv::Fate::kApplied:
      return reply.status.ok() ? Outcome::kDone : Outcome::kUnknown;
    case kv::Fate::kFailed:
    case kv::Fate::kNever:
      return Outcome::kFailed;
    case kv::Fate::kExpired:
      return doubt ? Outcome::kUnknown : Outcome::kFailed;
    default:
      return Outcome::kUnknown;
  }
}

}  // namespace

Outcome Conclude(const Op& op, const Reply& reply, Asked asked, bool doubt) {
  if (op.kind != OpKind::kWrite) {
    return reply.status.ok() ? Outcome::kDone : Outcome::kFailed;  // a read has no effect
  }
  if (asked == Asked::kFate) return ConcludeFate(reply, doubt);
  if (reply.status.ok()) return Loose(op) ? Outcome::kUnknown : Outcome::kDone;
  const std::string reason = ReasonOf(reply.status);
  // Answers of the state machine: it was asked and did nothing.
  if (reason == "CONDITION_FAILED") return Outcome::kDone;
  if (reason == "NOT_A_COUNTER" || reason == "COUNTER_OVERFLOW" || reason == "WRITE_FENCED") {
    return Outcome::kFailed;
  }
  if (doubt) return Outcome::kUnknown;
  if (reason == "WRITER_EXPIRED") return Outcome::kFailed;
  return AppliedOf(reply.status) == Applied::kNo ? Outcome::kFailed : Outcome::kUnknown;
}

std::string Impossible(const Reply& reply, Asked asked, bool fenced) {
  if (asked == Asked::kOnce) return "";
  if (asked == Asked::kFate) {
    return reply.write.fate == kv::Fate::kSettled ? "it counts as settled, and is not" : "";
  }
  const std::string reason = ReasonOf(reply.status);
  if (reason == "WRITE_SETTLED" || reason == "IDENTITY_REUSED" ||
      (reason == "WRITE_FENCED" && !fenced)) {
    return reason;
  }
  return "";
}

}  // namespace quorate::sim
