// What each level promises in each mode, in words and in numbers: one table for
// whoever explains or weighs levels.
#pragma once

#include <cstdint>
#include <string_view>

#include "absl/types/span.h"
#include "base/level.h"

namespace quorate::ring {

enum class Access : uint8_t { kRead, kWrite };

// So many of a partition's replicas. By zones: a majority of those in one zone, of
// those in each.
enum class Share : uint8_t { kNone, kOne, kTwo, kMajority, kAll, kZoneMajority, kEachZoneMajority };
constexpr bool CountsByZones(Share share) { return share >= Share::kZoneMajority; }
// By zones: where all replicas stand in one; outage.h knows where they do.
uint32_t CountOf(Share share, uint32_t replicas);

struct Guarantee {
  Mode mode;
  Access access;
  Level level;
  // What holds once it is acknowledged or answered. Two of them, of a write and
  // a read, make one sentence with "; " between.
  std::string_view promise;
  Share answers;  // of each request
  Share needs;    // that must be there for the level to go on
  // What it goes on with nevertheless for a while: it stops once that has run
  // out. Empty: nothing.
  std::string_view until = "";
  // Of keyspaces of conflict policy `register`; else of all others of the mode.
  bool registers = false;
};

// Also those that this build does not honour yet: see ring/levels.h.
absl::Span<const Guarantee> AllGuarantees();
// nullptr: the mode refuses the level for such access, now and ever.
const Guarantee* FindGuarantee(Mode mode, Access access, Level level,
                               Conflict conflict = Conflict::kNone);
// Whether it is of keyspaces of that mode and policy.
bool IsOf(const Guarantee& guarantee, Mode mode, Conflict conflict);
// Whether this build does what the table says.
bool IsHonoured(const Guarantee& guarantee);

}  // namespace quorate::ring
