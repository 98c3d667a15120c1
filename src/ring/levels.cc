#include "ring/levels.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "base/error.h"
#include "base/strings.h"

namespace quorate::ring {
namespace {

constexpr Level kRaftReads[] = {Level::kLinearizable, Level::kQuorum,  Level::kLease,
                                Level::kBounded,      Level::kSession, Level::kOne};
constexpr Level kQuorumReads[] = {Level::kAll, Level::kQuorum,  Level::kLocalQuorum,
                                  Level::kTwo, Level::kBounded, Level::kSession,
                                  Level::kOne};
constexpr Level kQuorumWrites[] = {Level::kAll,         Level::kEachQuorum, Level::kQuorum,
                                   Level::kLocalQuorum, Level::kTwo,        Level::kOne,
                                   Level::kAny};
constexpr Level kRegisterReads[] = {Level::kLinearizable, Level::kAll, Level::kQuorum,
                                    Level::kLocalQuorum,  Level::kTwo, Level::kBounded,
                                    Level::kSession,      Level::kOne};
constexpr Level kRegisterWrites[] = {Level::kLinearizable};
constexpr Level kRaftWrites[] = {Level::kAll, Level::kQuorum, Level::kLinearizable, Level::kOne};

bool AreRegisters(Mode mode, Conflict conflict) {
  return mode == Mode::kQuorum && conflict == Conflict::kRegister;
}

absl::Status CheckLevel(Mode mode, Conflict conflict, Level level, absl::Span<const Level> allowed,
                        std::string_view operation) {
  absl::Status status = CheckMode(mode);
  if (!status.ok()) return status;
  if (std::find(allowed.begin(), allowed.end(), level) != allowed.end()) return absl::OkStatus();
  std::string names;
  for (Level one : allowed) StrAppend(&names, names.empty() ? "" : ", ", LevelName(one));
  return MakeError(
      absl::StatusCode::kInvalidArgument, "LEVEL_UNSUPPORTED",
      StrCat(operation, " at ", LevelName(level), ": a keyspace in ", ModeName(mode),
             AreRegisters(mode, conflict) ? " mode of registers" : " mode", " allows ", names));
}

}  // namespace

Level DefaultReadLevel(Mode mode, Conflict conflict) {
  const bool one_order = mode != Mode::kQuorum || conflict == Conflict::kRegister;
  return one_order ? Level::kLinearizable : Level::kQuorum;
}

Level DefaultWriteLevel(Mode mode, Conflict conflict) {
  return AreRegisters(mode, conflict) ? Level::kLinearizable : Level::kQuorum;
}

absl::Span<const Level> ReadLevels(Mode mode, Conflict conflict) {
  if (AreRegisters(mode, conflict)) return kRegisterReads;
  if (mode == Mode::kQuorum) return kQuorumReads;
  return mode == Mode::kRaft ? absl::MakeConstSpan(kRaftReads) : absl::Span<const Level>();
}

absl::Span<const Level> WriteLevels(Mode mode, Conflict conflict) {
  if (AreRegisters(mode, conflict)) return kRegisterWrites;
  if (mode == Mode::kQuorum) return kQuorumWrites;
  return mode == Mode::kRaft ? absl::MakeConstSpan(kRaftWrites) : absl::Span<const Level>();
}

absl::Status CheckMode(Mode mode) {
  if (!ReadLevels(mode).empty()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, "MODE_NOT_SUPPORTED",
                   StrCat("mode ", ModeName(mode), ": this build supports ", ModeName(Mode::kRaft),
                          " and ", ModeName(Mode::kQuorum)));
}

absl::Status CheckReadLevel(Mode mode, Level level, Conflict conflict) {
  return CheckLevel(mode, conflict, level, ReadLevels(mode, conflict), "a read");
}

absl::Status CheckWriteLevel(Mode mode, Level level, Conflict conflict) {
  return CheckLevel(mode, conflict, level, WriteLevels(mode, conflict), "a write");
}

}  // namespace quorate::ring
