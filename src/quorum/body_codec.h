// How the bodies of records begin, whatever the policy but lww:
//   1 byte   format, 1
//   1 byte   BodyKind
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace quorate::quorum {

// Stored: never renumbered.
enum class BodyKind : uint8_t { kRegister = 1, kSiblings = 2, kCounter = 3, kSet = 4, kMap = 5 };

std::string_view BodyKindName(BodyKind kind);  // register, siblings, ...

std::string BeginBody(BodyKind kind);
// What follows the beginning. DATA_LOSS: BODY_DAMAGED, or NEWER_FORMAT where a
// later build wrote it; FAILED_PRECONDITION WRONG_POLICY: it is of another kind.
absl::StatusOr<std::string_view> OpenBody(BodyKind kind, std::string_view bytes);
absl::Status BodyDamaged(BodyKind kind, std::string_view what);

}  // namespace quorate::quorum
