#include "base/error.h"
#include "base/strings.h"
#include "sim/knobs.h"

namespace quorate::sim {

absl::StatusOr<Profile> ProfileFromName(std::string_view name) {
  for (const Profile profile :
       {Profile::kMixed, Profile::kElections, Profile::kFigure8, Profile::kLearners,
        Profile::kReads, Profile::kLeases, Profile::kExpiry, Profile::kLeaderless, Profile::kFates,
        Profile::kClocks, Profile::kLostTails, Profile::kMoves, Profile::kLeaderlessMoves}) {
    if (name == ProfileName(profile)) return profile;
  }
  return MakeError(
      absl::StatusCode::kInvalidArgument, "UNKNOWN_PROFILE",
      StrCat("no profile '", name,
             "'; there are mixed, elections, figure8, learners, reads, leases, expiry, leaderless, "
             "fates, clocks, lost-tails, moves, leaderless-moves"));
}

const char* ProfileName(Profile profile) {
  switch (profile) {
    case Profile::kMixed:
      return "mixed";
    case Profile::kElections:
      return "elections";
    case Profile::kFigure8:
      return "figure8";
    case Profile::kLearners:
      return "learners";
    case Profile::kReads:
      return "reads";
    case Profile::kLeases:
      return "leases";
    case Profile::kExpiry:
      return "expiry";
    case Profile::kLeaderless:
      return "leaderless";
    case Profile::kFates:
      return "fates";
    case Profile::kClocks:
      return "clocks";
    case Profile::kLostTails:
      return "lost-tails";
    case Profile::kMoves:
      return "moves";
    case Profile::kLeaderlessMoves:
      return "leaderless-moves";
  }
  return "?";
}

}  // namespace quorate::sim
