// Which builds may be in one cluster: the rule, in one place (docs/upgrade.md).
#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "absl/status/status.h"

namespace quorate {

// Grows with each change of what nodes tell each other or keep that a build before it
// cannot read. What came with which: features.h.
inline constexpr uint32_t kProtocolVersion = 3;
// The oldest that this build still speaks, and reads on disk.
inline constexpr uint32_t kProtocolVersionMin = 1;

// What a build speaks.
struct ProtocolRange {
  uint32_t oldest = kProtocolVersionMin;
  uint32_t newest = kProtocolVersion;
  friend bool operator==(const ProtocolRange&, const ProtocolRange&) = default;
};

// What the nodes of a cluster have agreed on. It is raised, and never lowered.
struct ClusterProtocol {
  uint32_t active = 1;  // what they tell and write, a build that speaks this can read
  // They are about to raise it so far: who does not speak it is refused already, but
  // nobody uses it before all know that. 0: they are not.
  uint32_t next = 0;
  friend bool operator==(const ClusterProtocol&, const ClusterProtocol&) = default;

  bool raising() const { return next > active; }
  uint32_t needed() const { return std::max(active, next); }
};

// OK if that build may be in that cluster. FAILED_PRECONDITION, PROTOCOL_TOO_OLD or
// PROTOCOL_TOO_NEW; `who` begins the message.
absl::Status CheckProtocol(std::string_view who, const ProtocolRange& build,
                           const ClusterProtocol& cluster);

}  // namespace quorate
