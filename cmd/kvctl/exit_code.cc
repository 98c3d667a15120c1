#include "exit_code.h"

#include "base/error.h"

namespace quorate::kvctl {

ExitCode ExitCodeOf(const absl::Status& status) {
  if (status.ok()) return kDone;
  // Above all else: what one must not take for a failure.
  if (AppliedOf(status) == Applied::kUnknown) return kOutcomeUnknown;
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      return kNotFound;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
      return kUsage;
    case absl::StatusCode::kAlreadyExists:
      return kConditionNotMet;
    case absl::StatusCode::kFailedPrecondition:
      return ReasonOf(status) == "CONDITION_FAILED" ? kConditionNotMet : kFailed;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kAborted:
    case absl::StatusCode::kCancelled:
      return kUnavailable;
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return kNotAllowed;
    default:
      return kFailed;
  }
}

}  // namespace quorate::kvctl
