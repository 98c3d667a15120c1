// What replicas know of one another and hold, for operators.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/ids.h"

namespace quorate {

// What `node` says of another replica of a partition.
struct LagDescription {
  PartitionId partition;
  uint32_t arc = 0;
  NodeId node;
  NodeId behind;
  uint64_t writes = 0;    // that `node` has and `behind` is not known to have
  absl::Duration time;    // since `behind` last had all of them; zero: it has
  bool heard_of = false;  // false: it has told `node` nothing since that started
};

// What one replica still keeps for the others.
struct BacklogDescription {
  PartitionId partition;
  NodeId node;
  uint64_t writes = 0;                      // not yet known to be on every replica
  bool filled = true;                       // false: its disk was lost, and it answers no reads yet
  std::optional<absl::Duration> staleness;  // at most so old is its state; nullopt: not known
};

struct LagReport {
  std::vector<LagDescription> lags;          // by arc
  std::vector<BacklogDescription> backlogs;  // of the replicas that answered
  std::vector<NodeId> unreachable;           // nodes that hold a replica and did not answer

  // Every replica answered, has all that any has, and knows that all do.
  bool nothing_behind() const;
};

// A write that lost to a concurrent one.
struct DiscardedWrite {
  // Where it is kept: in whose journal, under which number.
  PartitionId partition;
  NodeId node;
  uint64_t number = 0;

  std::string key;
  std::string value;
  bool deleted = false;  // it was a removal: of `value`, or, if that is empty, of all
  uint64_t version = 0;
  uint64_t winner = 0;  // the version that stayed
  absl::Time at;        // when it was given up, by that node's calendar
};

struct ConflictList {
  std::vector<DiscardedWrite> writes;  // newest first
  std::vector<NodeId> unreachable;     // nodes that hold a replica and did not answer
};

struct ConflictListOptions {
  std::string key = {};  // only of this one; empty: of all
  uint32_t limit = 0;    // 0: the server's default
};

// What one replica holds of a key.
struct ReplicaRecord {
  NodeId node;
  bool held = false;  // false: nothing, and all below is empty
  uint64_t version = 0;
  std::string dot;         // mode quorum: the newest write in it
  bool tombstone = false;  // deleted, and not all replicas are known to know
  std::optional<absl::Time> expires_at;
  uint64_t bytes = 0;   // of the value as it is stored
  uint64_t digest = 0;  // of all of it: equal where replicas hold the same
};

struct KeyInspection {
  PartitionId partition;
  std::vector<ReplicaRecord> records;  // of the replicas that answered, by node
  std::vector<NodeId> unreachable;

  // All replicas answered and hold the same.
  bool same_everywhere() const;
};

}  // namespace quorate
