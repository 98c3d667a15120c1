// One operation of a simulated client, from the question to the answer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/ids.h"
#include "base/level.h"
#include "kv/command.h"
#include "replica/request.h"

namespace quorate::sim {

enum class OpKind : uint8_t { kWrite, kLookup, kScan };

enum class Outcome : uint8_t {
  kPending,
  kDone,     // took effect as the reply says; a condition that failed is done too
  kFailed,   // provably never took effect
  kUnknown,  // may have, or still may
};

struct Op {
  uint64_t id = 0;      // counts the run's operations
  uint64_t client = 0;  // a client does one thing at a time; after an unknown it is another
  OpKind kind = OpKind::kWrite;
  Level level = Level::kLinearizable;
  absl::Duration bound;  // BOUNDED
  Ladder ladder;         // reads: instead of the level
  std::string keyspace;
  std::vector<kv::Mutation> mutations;  // kWrite: one, or a batch
  std::vector<std::string> keys;        // kLookup
  kv::Range range;                      // kScan

  // Filled in on the way.
  PartitionId partition;  // zero: it never got that far
  NodeId asked;
  Seen seen;  // SESSION: what the client had seen
  absl::Duration invoked;
  absl::Duration returned = absl::InfiniteDuration();
  Outcome outcome = Outcome::kPending;
  Reply reply;  // kDone

  // A condition did not hold: nothing changed.
  bool refused() const {
    return outcome == Outcome::kDone && kind == OpKind::kWrite && !reply.write.status.ok();
  }
  // What the answer was given at: of a ladder, the rung reached.
  Level achieved() const {
    return ladder.empty() || outcome != Outcome::kDone ? level : reply.receipt.achieved;
  }
  // In all that its level promises, a linearizable read.
  bool strong() const {
    return kind == OpKind::kWrite || achieved() == Level::kLinearizable ||
           achieved() == Level::kLease;
  }
};

// One line for the timeline.
std::string DescribeCall(const Op& op);
std::string DescribeOutcome(const Op& op);

}  // namespace quorate::sim
