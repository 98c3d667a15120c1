// What a cluster says about itself.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/time/time.h"
#include "base/ids.h"
#include "base/ladder.h"
#include "base/level.h"

namespace quorate {

// What nodes may tell and write: docs/upgrade.md.
struct ProtocolDescription {
  uint32_t active = 0;
  uint32_t next = 0;  // to which it is being raised; 0: it is not
};

struct NodeDescription {
  NodeId id;
  std::string client_address;  // host:port
  std::string peer_address;
  std::string zone;
  uint32_t weight = 0;
  bool leaving = false;  // its replicas go to others; gone once it has none
  bool lost = false;     // leaving as nobody hears of it: stays if it comes back before
};

struct PartitionDescription {
  PartitionId id;
  std::vector<NodeId> replicas;     // the first is the preferred leader
  NodeId joining = {};              // is being filled, and no replica yet; none: nothing moves
  NodeId leaving = {};              // the replica that goes when that is one
  std::vector<NodeId> target = {};  // where they are to be in the end; empty: where they are
};

struct KeyspaceDescription {
  KeyspaceId id;
  std::string name;
  Mode mode = Mode::kNone;
  uint32_t replicas = 0;
  Level default_read = Level::kDefault;
  Level default_write = Level::kDefault;
  Ladder default_ladder;                // of reads that name no level; empty: default_read alone
  Conflict conflict = Conflict::kNone;  // mode quorum: what concurrent writes mean
  uint32_t lease_drift_ppm = 0;         // 0: no reads at LEASE
  absl::Duration default_ttl;           // 0: none
  std::vector<PartitionDescription> partitions;  // arc i of partitions.size() equal arcs

  // The arc that holds `key`; nullptr if there are no partitions.
  const PartitionDescription* PartitionOf(std::string_view key) const;
};

struct TopologyDescription {
  std::string cluster_id;
  Epoch epoch;
  std::vector<NodeDescription> nodes;
  std::vector<KeyspaceDescription> keyspaces;
  PartitionDescription meta;
  ProtocolDescription protocol = {};

  const NodeDescription* FindNode(NodeId id) const;  // nullptr: none
  const KeyspaceDescription* FindKeyspace(std::string_view name) const;
};

// A node that joins a partition and is sent its state.
struct FillDescription {
  NodeId node;
  absl::Duration since;
  uint64_t sent_bytes = 0;
  uint64_t total_bytes = 0;  // about; 0: not known
};

struct ReplicaDescription {
  PartitionId partition;
  NodeId node;
  std::string role;  // leader, follower, candidate, learner
  NodeId leader;     // as this replica knows it
  Term term;
  LogIndex last_index;
  LogIndex commit_index;
  LogIndex applied_index;
  LogIndex log_first_index;
  bool quiet = false;
  std::optional<FillDescription> filling = {};  // of a leader
};

struct KeyspaceState {
  KeyspaceDescription keyspace;
  std::vector<ReplicaDescription> replicas;  // of the nodes that answered
  std::vector<NodeId> unreachable;           // nodes that did not
};

// By how much another node's calendar is ahead.
struct SkewDescription {
  NodeId node;
  absl::Duration ahead;  // negative: behind
};

struct NodeState {
  NodeDescription node;
  bool reachable = false;
  std::string version;
  Epoch epoch;
  Boot boot;
  absl::Duration uptime;
  uint32_t replicas = 0;
  uint32_t leaders = 0;
  uint32_t leaderless = 0;  // raft replicas that know no leader
  uint64_t log_bytes = 0;
  uint64_t data_bytes = 0;
  uint64_t hints = 0;  // writes at ANY that wait there for a replica
  uint64_t hint_bytes = 0;
  std::vector<ReplicaDescription> details;
  std::vector<SkewDescription> skews = {};  // of the nodes that have told it their clock
  uint32_t protocol = 0;                    // the newest that its build speaks
  uint32_t protocol_min = 0;                // and the oldest
};

struct ClusterState {
  std::string cluster_id;
  Epoch epoch;
  NodeId meta_leader;
  std::vector<NodeState> nodes;
};

// One replica's way; `from` or `to` none: the partition has one more, or one fewer.
struct PlannedMove {
  PartitionId partition;
  std::string keyspace;  // empty: the meta group
  NodeId from;
  NodeId to;
  uint64_t bytes = 0;  // about
};

struct PlannedLoad {
  NodeDescription node;
  uint32_t before = 0;  // replicas; what moves already counts as being there
  uint32_t after = 0;
};

// What a change of the nodes would move.
struct MovePlan {
  Epoch epoch;  // of the topology that it is about
  NodeId node;  // that would be added or leave
  std::vector<PlannedMove> moves;
  std::vector<PlannedLoad> nodes;
  uint32_t moves_min = 0;  // the fewest by which each node would have its fair share

  uint32_t copies() const;  // moves to a node
  uint64_t bytes() const;   // of those
};

struct KeyspaceOptions {
  Mode mode = Mode::kRaft;
  uint32_t replicas = 0;                 // 0: 3, or the number of nodes if that is less
  uint32_t partitions = 0;               // 0: the server's default
  Level default_read = Level::kDefault;  // kDefault: the mode's
  Level default_write = Level::kDefault;
  // Reads at LEASE are allowed, and right while the clocks of two nodes drift
  // apart by no more than this, in parts per million. 0: not allowed.
  uint32_t lease_drift_ppm = 0;                       // up to 100,000 (10 %)
  absl::Duration default_ttl = absl::ZeroDuration();  // up to 100 years; 0: none
  Ladder default_ladder = {};                         // instead of default_read
  Conflict conflict = Conflict::kNone;                // mode quorum: required
};

// What is to change of a keyspace; what is absent stays.
struct KeyspaceChange {
  std::optional<Level> default_read = {};  // kDefault: the mode's
  std::optional<Level> default_write = {};
  std::optional<uint32_t> lease_drift_ppm = {};
  std::optional<absl::Duration> default_ttl = {};
  std::optional<uint32_t> replicas = {};  // they come and go by themselves once it is agreed
  Ladder default_ladder = {};  // instead of default_read; empty: not named
};

// What stops at a level when the node, or the zone, is gone that hurts most.
struct LossDescription {
  std::string worst;     // n2, or a zone; empty: nothing stops whichever goes
  uint32_t stopped = 0;  // partitions
};

struct LatencyDescription {
  std::string operation;
  uint64_t requests = 0;
  absl::Duration p50;  // no more than that
  absl::Duration p99;
};

// Of a zone, for levels that count by zones.
struct ZoneDescription {
  std::string zone;       // empty: of the nodes that name none
  uint32_t replicas = 0;  // of each partition; the least
  uint32_t needs = 0;
};

struct LevelDescription {
  Level level = Level::kDefault;
  std::string promise;
  uint32_t answers = 0;  // replicas that answer each request
  uint32_t needs = 0;    // replicas that must be there for it to go on
  LossDescription one_node;
  std::optional<LossDescription> one_zone;    // nullopt: nodes name fewer than two zones
  std::vector<LatencyDescription> latencies;  // of operations that there were
  std::vector<ZoneDescription> zones = {};    // empty: the level does not count by zones
};

// How likely a read that begins so long after a write was acknowledged misses it.
struct StalenessDescription {
  absl::Duration since_write;
  double probability = 0;
};

struct Explanation {
  std::string keyspace;
  Mode mode = Mode::kNone;
  uint32_t replicas = 0;
  uint32_t partitions = 0;
  Epoch epoch;
  NodeId node;  // that was asked, and whose latencies these are
  LevelDescription read;
  LevelDescription write;
  std::vector<StalenessDescription> staleness = {};  // mode quorum, of levels that may be stale
  std::string staleness_note = {};                   // what it rests on, or why there is none
};

}  // namespace quorate
