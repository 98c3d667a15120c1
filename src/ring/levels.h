// Which consistency levels each mode honours. What a mode cannot honour is
// refused, never weakened.
#pragma once

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "base/level.h"

namespace quorate::ring {

// What a keyspace takes that names none.
Level DefaultReadLevel(Mode mode);
Level DefaultWriteLevel(Mode mode);

// Empty: this build has no such mode.
absl::Span<const Level> ReadLevels(Mode mode);
absl::Span<const Level> WriteLevels(Mode mode);

// INVALID_ARGUMENT, reason MODE_NOT_SUPPORTED, listing the modes there are.
absl::Status CheckMode(Mode mode);

// INVALID_ARGUMENT, reason LEVEL_UNSUPPORTED, listing the levels allowed. The
// keyspace's default (kDefault) is to be filled in before.
absl::Status CheckReadLevel(Mode mode, Level level);
absl::Status CheckWriteLevel(Mode mode, Level level);

}  // namespace quorate::ring
