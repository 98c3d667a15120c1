// What levels promise, for people and for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "client/admin_types.h"
#include "ring/guarantees.h"

namespace quorate::kvctl {

std::vector<std::string> LevelNames();
// INVALID_ARGUMENT, BAD_FLAG, naming `flag` and the level that was probably
// meant. Of BOUNDED(2s) the level alone counts.
absl::StatusOr<Level> ParseLevel(std::string_view flag, std::string_view text);

std::string_view AccessName(ring::Access access);  // read, write

// Keyspaces that have levels in common.
struct KeyspaceKind {
  Mode mode;
  Conflict conflict;
  std::string_view name;
};
inline constexpr KeyspaceKind kKeyspaceKinds[] = {
    {Mode::kRaft, Conflict::kNone, "raft"},
    {Mode::kQuorum, Conflict::kLww, "quorum"},
    {Mode::kQuorum, Conflict::kRegister, "register"},
};
// yes; no: they refuse it; not yet: this build does
std::string_view SupportOf(const KeyspaceKind& kind, ring::Access access, Level level);

// stops; or, where it goes on for a while, "stops once its bound has run out".
std::string StopsAsItMay(const ring::Guarantee* guarantee, std::string_view stops);

// A sentence from a promise or two.
std::string Sentence(std::string_view promise);

nlohmann::json ToJson(const ring::Guarantee& guarantee);
nlohmann::json ToJson(const Explanation& explanation);

}  // namespace quorate::kvctl
