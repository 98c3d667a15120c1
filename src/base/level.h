// The consistency levels of requests and receipts, numbered as on the wire.
// docs/consistency.md has the promise behind each.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace quorate {

enum class Level : uint8_t {
  kDefault = 0,  // the keyspace's
  kAny = 1,
  kOne = 2,
  kTwo = 3,
  kQuorum = 4,
  kLocalQuorum = 5,
  kEachQuorum = 6,
  kAll = 7,
  kSession = 8,
  kBounded = 9,
  kLease = 10,
  kLinearizable = 11,
};

enum class Mode : uint8_t { kNone = 0, kRaft = 1, kQuorum = 2 };

// What concurrent writes of one key mean, in mode quorum.
enum class Conflict : uint8_t {
  kNone = 0,  // mode raft, where there are none
  kLww = 1,
  kSiblings = 2,
  kCounter = 3,
  kSet = 4,
  kMap = 5,
  kRegister = 6,
};

std::string_view LevelName(Level level);  // upper case: LINEARIZABLE
// Any case; EVENTUAL is another name of ONE. nullopt: no such level.
std::optional<Level> LevelFromName(std::string_view name);
std::string_view ModeName(Mode mode);              // raft, quorum
std::string_view ConflictName(Conflict conflict);  // lww
std::optional<Conflict> ConflictFromName(std::string_view name);

}  // namespace quorate
