// Which consistency levels each mode honours. What a mode cannot honour is
// refused, never weakened.
#pragma once

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "base/level.h"

namespace quorate::ring {

// `conflict` is the keyspace's policy: registers are the only keys of mode quorum
// that have one order of all writes, and they are written at LINEARIZABLE alone.

// What a keyspace takes that names none.
Level DefaultReadLevel(Mode mode, Conflict conflict = Conflict::kNone);
Level DefaultWriteLevel(Mode mode, Conflict conflict = Conflict::kNone);

// Empty: this build has no such mode.
absl::Span<const Level> ReadLevels(Mode mode, Conflict conflict = Conflict::kNone);
absl::Span<const Level> WriteLevels(Mode mode, Conflict conflict = Conflict::kNone);

// INVALID_ARGUMENT, reason MODE_NOT_SUPPORTED, listing the modes there are.
absl::Status CheckMode(Mode mode);

// INVALID_ARGUMENT, reason LEVEL_UNSUPPORTED, listing the levels allowed. The
// keyspace's default (kDefault) is to be filled in before.
absl::Status CheckReadLevel(Mode mode, Level level, Conflict conflict = Conflict::kNone);
absl::Status CheckWriteLevel(Mode mode, Level level, Conflict conflict = Conflict::kNone);

}  // namespace quorate::ring
