// Which builds may be in one cluster: the rule, in one place.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"

namespace quorate {

// Grows with each change of what nodes tell each other or keep.
inline constexpr uint32_t kProtocolVersion = 1;
// The oldest that this build still speaks.
inline constexpr uint32_t kProtocolVersionMin = 1;

// What another build says of itself.
struct ProtocolRange {
  uint32_t oldest = kProtocolVersionMin;
  uint32_t newest = kProtocolVersion;
};

// OK if the two have a version in common. FAILED_PRECONDITION, PROTOCOL_TOO_OLD or
// PROTOCOL_TOO_NEW: what `theirs` is compared with `ours`; `who` begins the message.
absl::Status CheckProtocol(std::string_view who, const ProtocolRange& theirs,
                           const ProtocolRange& ours = {});

}  // namespace quorate
