// Errors as values: an absl::Status that also carries a stable reason and what
// is known of the request's effect.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace quorate {

// What a failed request did. A time-out is always kUnknown.
enum class Applied : uint8_t {
  kNo = 0,       // provably nothing, now and for ever
  kYes = 1,      // took effect, but the call failed for another reason
  kUnknown = 2,  // may have taken effect, or still may
};

std::string_view AppliedName(Applied applied);   // no, yes, unknown
Applied AppliedFromName(std::string_view name);  // anything else: unknown

// `reason` is UPPER_SNAKE and part of the API, e.g. KEY_TOO_LARGE. `message`
// names what was wrong, the value, and the way out.
absl::Status MakeError(absl::StatusCode code, std::string_view reason, std::string_view message,
                       Applied applied = Applied::kNo);

// Empty where the status has none.
std::string ReasonOf(const absl::Status& status);
// kNo for a status without the mark, except where its code alone says a
// request may be under way (DEADLINE_EXCEEDED, CANCELLED, UNKNOWN, INTERNAL).
Applied AppliedOf(const absl::Status& status);

// Further facts for people, by name ("n2" -> "connection refused"); they
// travel with the error. No effect on an OK status.
void SetErrorDetail(absl::Status& status, std::string_view name, std::string_view value);
std::map<std::string, std::string> ErrorDetailsOf(const absl::Status& status);

// When trying again makes sense; nullopt: nothing known.
void SetRetryAfter(absl::Status& status, absl::Duration delay);
std::optional<absl::Duration> RetryAfterOf(const absl::Status& status);

}  // namespace quorate
