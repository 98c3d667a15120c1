#include <string_view>

#include "base/error.h"
#include "base/strings.h"
#include "sim/knobs.h"

namespace quorate::sim {

const char* FaultName(FaultKind kind) {
  switch (kind) {
    case FaultKind::kIsolateOne:
      return "isolate-one";
    case FaultKind::kIsolateLeader:
      return "isolate-leader";
    case FaultKind::kHalves:
      return "halves";
    case FaultKind::kMajorityRing:
      return "majority-ring";
    case FaultKind::kBridge:
      return "bridge";
    case FaultKind::kOneWay:
      return "one-way";
    case FaultKind::kSomeLinks:
      return "some-links";
    case FaultKind::kFlapping:
      return "flapping";
    case FaultKind::kStallLinks:
      return "stall-links";
    case FaultKind::kSlowLinks:
      return "slow-links";
    case FaultKind::kLossyLinks:
      return "lossy-links";
    case FaultKind::kSwizzle:
      return "swizzle";
    case FaultKind::kCrashOne:
      return "crash-one";
    case FaultKind::kCrashLeader:
      return "crash-leader";
    case FaultKind::kCrashInTurn:
      return "crash-in-turn";
    case FaultKind::kCrashAll:
      return "crash-all";
    case FaultKind::kFreeze:
      return "freeze";
    case FaultKind::kSlowCpu:
      return "slow-cpu";
    case FaultKind::kSlowDisk:
      return "slow-disk";
    case FaultKind::kStallDisk:
      return "stall-disk";
    case FaultKind::kFailSync:
      return "fail-sync";
    case FaultKind::kFullDisk:
      return "full-disk";
    case FaultKind::kJumpClock:
      return "jump-clock";
    case FaultKind::kBendClock:
      return "bend-clock";
    case FaultKind::kFlush:
      return "flush";
    case FaultKind::kMoveLeader:
      return "move-leader";
    case FaultKind::kStrikeLeaders:
      return "strike-leaders";
    case FaultKind::kPauseMachine:
      return "pause-machine";
    case FaultKind::kBreakConnections:
      return "break-connections";
    case FaultKind::kHandOverDeaf:
      return "hand-over-deaf";
    case FaultKind::kLateAnswers:
      return "late-answers";
    case FaultKind::kLateWords:
      return "late-words";
    case FaultKind::kSetOneClock:
      return "set-one-clock";
    case FaultKind::kLoseTail:
      return "lose-tail";
    case FaultKind::kCutMove:
      return "cut-move";
    case FaultKind::kCrashJoiner:
      return "crash-joiner";
  }
  return "?";
}

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
