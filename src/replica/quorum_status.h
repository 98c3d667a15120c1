// What a leaderless replica knows of its fellows and has had to do, for operators.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "absl/time/time.h"
#include "base/ids.h"

namespace quorate {

// How far another replica is behind, by what it has last told this one.
struct ReplicaLag {
  NodeId behind;
  uint64_t writes = 0;    // seen here, not known to be there
  absl::Duration time;    // since it last had all that was here; zero: it has
  bool heard_of = false;  // false: it has told nothing since this node started
};

struct QuorumStatus {
  PartitionId partition;
  std::vector<ReplicaLag> lags;             // of each other replica
  uint64_t dots = 0;                        // writes not yet known to be everywhere
  bool filled = true;                       // false: the disk was empty, and reads are refused
  std::optional<absl::Duration> staleness;  // at most so old is the state; nullopt: not known
  // Since this replica was opened.
  uint64_t records_repaired = 0;
  uint64_t records_disputed = 0;  // of these, by no majority
  uint64_t reads_hedged = 0;
  uint64_t register_round_trips = 0;  // questions to a quorum, of operations on registers
  uint64_t conflicts_discarded = 0;
  uint64_t values_full = 0;    // writes refused for too many siblings, or too large a set or map
  uint64_t times_refused = 0;  // time-stamps too far ahead of this node's calendar
};

}  // namespace quorate
