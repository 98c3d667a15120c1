// A read's choice of levels: the first that can be had within its budget. A
// single level is a ladder of one rung.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/level.h"

namespace quorate {

struct Rung {
  Level level = Level::kDefault;
  // BOUNDED only: the state read was the newest at some moment that long ago.
  absl::Duration bound = absl::ZeroDuration();
  // How long to try before the next rung; the last one has what is left.
  absl::Duration budget = absl::InfiniteDuration();

  friend bool operator==(const Rung&, const Rung&) = default;
};
using Ladder = std::vector<Rung>;

// "LINEARIZABLE:20ms,BOUNDED(2s):50ms,ONE". INVALID_ARGUMENT, BAD_LADDER or
// BAD_BOUND, that names the part; what it says is not checked otherwise.
absl::StatusOr<Ladder> ParseLadder(std::string_view text);
std::string FormatLadder(const Ladder& ladder);

// INVALID_ARGUMENT, BAD_LADDER: none or more than kRungsMax rungs; one that is
// no weaker than the one before; a budget that is missing, not positive or longer
// than a day. BAD_BOUND: a bound that is so, or of a level that takes none.
absl::Status CheckLadder(const Ladder& ladder);
inline constexpr size_t kRungsMax = 8;

}  // namespace quorate
