#include "client/retry_policy.h"

#include <algorithm>

#include "base/error.h"
#include "client/backoff.h"

namespace quorate::client {
namespace {

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
  // No election mends that; a node on the other side of a cut may have them.
  if (ReasonOf(failed.status) == "REPLICAS_MISSING" && failed.untried_nodes == 0) return {};

  RetryDecision decision{.retry = true, .wait = absl::ZeroDuration()};
  if (!failed.node_failed || failed.untried_nodes == 0) {
    decision.wait = std::max(ComputeBackoff(backoff, failed.attempt, random),
                             RetryAfterOf(failed.status).value_or(absl::ZeroDuration()));
  }
  if (decision.wait >= failed.left) return {};
  return decision;
}

}  // namespace quorate::client
