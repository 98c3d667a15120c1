// What each level of reading promises in the mode and policy of a job:
// docs/consistency.md, for the judge.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/ladder.h"
#include "check/history.h"

namespace quorate::check {

struct Promise {
  enum class Need : uint8_t {
    kOrder,    // linearizable
    kFresh,    // every write that counts and was acknowledged before it began
    kBounded,  // … longer ago than `bound_us`
    kSession,  // what its session has written and read
    kNothing,  // some value that was written
  };
  Need need = Need::kNothing;
  int64_t bound_us = 0;
  std::string text;  // for people: "each key is linearizable"
};

// `level` as in Operation::level.
Promise PromiseOf(const JobInfo& job, std::string_view level);

// Whether an acknowledged write at this level must be seen by reads at that one.
bool WriteCounts(const JobInfo& job, std::string_view write_level, std::string_view read_level);
// Whether it must still be there when all is healed. At ONE and ANY it may be lost with
// the one disk that has it, unless all disks were kept; in mode raft with the leader, too.
bool WriteLasts(const JobInfo& job, std::string_view write_level, bool disks_kept);
// Mode raft, and registers: writes have one order, which agrees with time.
bool HasOneOrder(const JobInfo& job);

// One rung; an empty text is LINEARIZABLE.
Rung LevelOf(std::string_view level);

}  // namespace quorate::check
