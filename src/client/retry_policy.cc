#include "client/retry_policy.h"

#include <algorithm>

#include "base/error.h"
#include "client/backoff.h"

namespace quorate::client {
namespace {

// For so many attempts a replica that a write at ALL lacks may be just starting.
constexpr uint32_t kAttemptsForOneBack = 5;

// Replicas are not there, and that is all that is wrong: no election mends that.
// A node on the other side of a cut may have them.
bool InVain(const FailedAttempt& failed) {
  if (failed.untried_nodes > 0) return false;
  const std::string reason = ReasonOf(failed.status);
  if (reason == "REPLICA_DOWN") return failed.attempt >= kAttemptsForOneBack;
  return reason == "REPLICAS_MISSING" || ErrorDetailsOf(failed.status).contains("missing");
}

// Codes of states that pass by themselves or that another node may not be in.
bool MayPass(const FailedAttempt& failed) {
  switch (failed.status.code()) {
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kAborted:
      return true;
    case absl::StatusCode::kResourceExhausted:
      // A queue says when there will be room; a limit or a full disk does not.
      return RetryAfterOf(failed.status).has_value();
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kInternal:
      // The connection's or the server's end, when the server itself said
      // nothing more precise.
      return !failed.write || (failed.once && AppliedOf(failed.status) != Applied::kNo);
    default:
      return false;
  }
}

}  // namespace

RetryDecision DecideRetry(const FailedAttempt& failed, const BackoffOptions& backoff,
                          uint64_t random) {
  if (!MayPass(failed) || failed.nobody_there) return {};
  // Done, if not as it was asked: again would change nothing.
  if (failed.write && AppliedOf(failed.status) == Applied::kYes) return {};
  if (failed.write && !failed.once && AppliedOf(failed.status) != Applied::kNo) return {};
  // Its number is used up, and without one the replica itself tried until the deadline.
  if (failed.write && ReasonOf(failed.status) == "REGISTER_CONTENDED") return {};
  if (InVain(failed)) return {};

  RetryDecision decision{.retry = true, .wait = absl::ZeroDuration()};
  if (!failed.node_failed || failed.untried_nodes == 0) {
    decision.wait = std::max(ComputeBackoff(backoff, failed.attempt, random),
                             RetryAfterOf(failed.status).value_or(absl::ZeroDuration()));
  }
  if (decision.wait >= failed.left) return {};
  return decision;
}

}  // namespace quorate::client
