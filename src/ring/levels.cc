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
constexpr Level kRaftWrites[] = {Level::kAll, Level::kQuorum, Level::kLinearizable, Level::kOne};

absl::Status CheckLevel(Mode mode, Level level, absl::Span<const Level> allowed,
                        std::string_view operation) {
  absl::Status status = CheckMode(mode);
  if (!status.ok()) return status;
  if (std::find(allowed.begin(), allowed.end(), level) != allowed.end()) return absl::OkStatus();
  std::string names;
  for (Level one : allowed) StrAppend(&names, names.empty() ? "" : ", ", LevelName(one));
  return MakeError(absl::StatusCode::kInvalidArgument, "LEVEL_UNSUPPORTED",
                   StrCat(operation, " at ", LevelName(level), ": a keyspace in ", ModeName(mode),
                          " mode allows ", names));
}

}  // namespace

Level DefaultReadLevel(Mode mode) {
  return mode == Mode::kQuorum ? Level::kQuorum : Level::kLinearizable;
}

Level DefaultWriteLevel(Mode) { return Level::kQuorum; }

absl::Span<const Level> ReadLevels(Mode mode) {
  if (mode == Mode::kQuorum) return kQuorumReads;
  return mode == Mode::kRaft ? absl::MakeConstSpan(kRaftReads) : absl::Span<const Level>();
}

absl::Span<const Level> WriteLevels(Mode mode) {
  if (mode == Mode::kQuorum) return kQuorumWrites;
  return mode == Mode::kRaft ? absl::MakeConstSpan(kRaftWrites) : absl::Span<const Level>();
}

absl::Status CheckMode(Mode mode) {
  if (!ReadLevels(mode).empty()) return absl::OkStatus();
  return MakeError(absl::StatusCode::kInvalidArgument, "MODE_NOT_SUPPORTED",
                   StrCat("mode ", ModeName(mode), ": this build supports ", ModeName(Mode::kRaft),
                          " and ", ModeName(Mode::kQuorum)));
}

absl::Status CheckReadLevel(Mode mode, Level level) {
  return CheckLevel(mode, level, ReadLevels(mode), "a read");
}

absl::Status CheckWriteLevel(Mode mode, Level level) {
  return CheckLevel(mode, level, WriteLevels(mode), "a write");
}

}  // namespace quorate::ring
