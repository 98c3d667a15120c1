// Errors over the wire: an absl::Status with its reason, effect and details
// to and from the bytes of a google.rpc.Status, which gRPC carries in
// `grpc-status-details-bin`.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace quorate {

inline constexpr std::string_view kErrorDomain = "quorate";

// An ErrorInfo (reason, domain, metadata with `applied`) always, a RetryInfo
// where RetryAfterOf knows a delay. `status` must not be OK.
std::string EncodeStatusDetails(const absl::Status& status);

// nullopt: no google.rpc.Status of an error of ours (garbage, an OK code, or
// no ErrorInfo of domain "quorate"), so nothing is known of the effect.
std::optional<absl::Status> DecodeStatusDetails(std::string_view bytes);

}  // namespace quorate
