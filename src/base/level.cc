#include "base/level.h"

#include <array>
#include <utility>

#include "absl/strings/match.h"
#include "base/strings.h"

namespace quorate {
namespace {

constexpr std::array<std::pair<Level, std::string_view>, 12> kNames = {{
    {Level::kDefault, "DEFAULT"},
    {Level::kAny, "ANY"},
    {Level::kOne, "ONE"},
    {Level::kTwo, "TWO"},
    {Level::kQuorum, "QUORUM"},
    {Level::kLocalQuorum, "LOCAL_QUORUM"},
    {Level::kEachQuorum, "EACH_QUORUM"},
    {Level::kAll, "ALL"},
    {Level::kSession, "SESSION"},
    {Level::kBounded, "BOUNDED"},
    {Level::kLease, "LEASE"},
    {Level::kLinearizable, "LINEARIZABLE"},
}};

}  // namespace

std::string_view LevelName(Level level) {
  for (const auto& [value, name] : kNames) {
    if (value == level) return name;
  }
  return "UNKNOWN";
}

std::optional<Level> LevelFromName(std::string_view name) {
  if (absl::EqualsIgnoreCase(ToAbsl(name), "EVENTUAL")) return Level::kOne;
  for (const auto& [value, known] : kNames) {
    if (absl::EqualsIgnoreCase(ToAbsl(name), ToAbsl(known))) return value;
  }
  return std::nullopt;
}

std::string_view ModeName(Mode mode) {
  switch (mode) {
    case Mode::kNone:
      return "none";
    case Mode::kRaft:
      return "raft";
    case Mode::kQuorum:
      return "quorum";
  }
  return "none";
}

std::string_view ConflictName(Conflict conflict) {
  switch (conflict) {
    case Conflict::kLww:
      return "lww";
    case Conflict::kSiblings:
      return "siblings";
    case Conflict::kCounter:
      return "counter";
    case Conflict::kSet:
      return "set";
    case Conflict::kMap:
      return "map";
    case Conflict::kRegister:
      return "register";
    case Conflict::kNone:
      break;
  }
  return "none";
}

std::optional<Conflict> ConflictFromName(std::string_view name) {
  for (int i = 1; i <= static_cast<int>(Conflict::kRegister); ++i) {
    const auto conflict = static_cast<Conflict>(i);
    if (ConflictName(conflict) == name) return conflict;
  }
  return std::nullopt;
}

}  // namespace quorate
