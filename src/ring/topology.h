// The map of the cluster at one epoch: nodes, keyspaces, and which nodes hold
// which arc. A value; the meta group agrees on its successors, and what it has
// agreed on is shared frozen (frozen_topology.h).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/features.h"
#include "base/ids.h"
#include "base/ladder.h"
#include "base/level.h"
#include "base/protocol_version.h"

namespace quorate::ring {

struct NodeInfo {
  NodeId id;
  std::string client_address;  // host:port
  std::string peer_address;
  std::string zone;
  uint32_t weight = 100;
  bool leaving = false;  // its replicas go to others; gone once it has none
  // Of the data folder that joined with it: so it may ask twice, and another folder is
  // not taken for it. 0: of the beginning.
  uint64_t join_token = 0;
  bool lost = false;  // leaving because nobody hears of it: stays if it comes back before
  friend bool operator==(const NodeInfo&, const NodeInfo&) = default;
};

struct PartitionInfo {
  PartitionId id;
  std::vector<NodeId> replicas;  // the first is the preferred leader
  // Where they are to be in the end (moves.h), the preferred leader first; empty:
  // where they are.
  std::vector<NodeId> target = {};
  // One step on the way there: `joining` is being filled, answers nothing and
  // is no replica yet; once it is one, `leaving` goes. Zero: none.
  NodeId joining = {};
  NodeId leaving = {};
  Epoch moving_since = {};  // the epoch that said so; zero: nothing moves
  // In which a move last began or ended: replicas of mode quorum that act by different
  // ones do not talk to each other. Zero: none ever did.
  Epoch changed = {};
  // They were joining and are not wanted any more: each keeps what it has until it is
  // certainly no member.
  std::set<NodeId> abandoned = {};
  // The nodes that came later, `joining` too, and from which epoch on they belong
  // here: what one said of the partition before, a copy said that is gone.
  std::map<NodeId, Epoch> joined = {};
  friend bool operator==(const PartitionInfo&, const PartitionInfo&) = default;

  bool moving() const { return moving_since != Epoch(); }
  bool HasReplicaOn(NodeId node) const;
  // Or one that is joining, or was.
  bool BelongsOn(NodeId node) const {
    return HasReplicaOn(node) || joining == node || abandoned.contains(node);
  }
  // Zero: from the beginning, or it does not belong here.
  Epoch JoinedAt(NodeId node) const;
};

struct KeyspaceInfo {
  KeyspaceId id;
  std::string name;
  Mode mode = Mode::kRaft;
  uint32_t replicas = 3;
  Level default_read = Level::kLinearizable;
  Ladder default_ladder;                // of reads that name no level; empty: default_read alone
  Conflict conflict = Conflict::kNone;  // mode quorum: another
  Level default_write = Level::kQuorum;
  // How far the clocks of two nodes may drift apart, in parts per million, for
  // reads at LEASE to be right. 0: such reads are not allowed.
  uint32_t lease_drift_ppm = 0;
  uint64_t default_ttl_us = 0;            // 0: none
  std::vector<PartitionInfo> partitions;  // arc i of partitions.size() equal arcs
  friend bool operator==(const KeyspaceInfo&, const KeyspaceInfo&) = default;

  const PartitionInfo& PartitionOf(std::string_view key) const;
  // Which arc: 0 to partitions.size() - 1.
  uint32_t ArcOfKey(std::string_view key) const;
};

// One that is no more, so that a session which saw it is known if another was made
// under its name. Ids are never used again, and a keyspace's follow one another.
struct DroppedKeyspace {
  std::string name;
  PartitionId first;
  PartitionId last;
  friend bool operator==(const DroppedKeyspace&, const DroppedKeyspace&) = default;
};

// A node that was let go. It may not have heard of that, and is told when it comes back.
struct DepartedNode {
  NodeId id;
  std::string peer_address;
  friend bool operator==(const DepartedNode&, const DepartedNode&) = default;
};

struct Topology {
  std::string cluster_id;
  Epoch epoch;
  std::vector<NodeInfo> nodes;                    // by id
  std::map<std::string, KeyspaceInfo> keyspaces;  // by name
  PartitionInfo meta;
  uint64_t next_partition_id = 2;  // 1 is the meta group
  uint64_t next_keyspace_id = 1;
  uint64_t next_node_id = 1;
  std::vector<DroppedKeyspace> dropped;  // the last kDroppedKeyspacesMax, the oldest first
  ClusterProtocol protocol;
  std::vector<DepartedNode> departed;  // the last kDepartedNodesMax, the oldest first
  friend bool operator==(const Topology&, const Topology&) = default;

  // Every node reads what came with that, so it may be told and written.
  bool Active(const Feature& feature) const { return protocol.active >= feature.since; }
  const NodeInfo* FindNode(NodeId id) const;  // null: none
  // Where nodes reach it, also if it was let go; empty: it is not known.
  std::string_view PeerAddressOf(NodeId id) const;
  const KeyspaceInfo* FindKeyspace(std::string_view name) const;
  // All partitions (the meta group's too) that belong on `node`, by id.
  std::vector<PartitionInfo> PartitionsOn(NodeId node) const;
};

// Deterministic bytes (a serialised quorate.v1.Topology) and back.
std::string EncodeTopology(const Topology& topology);
absl::StatusOr<Topology> DecodeTopology(std::string_view bytes);

// Epoch 1 of a new cluster: every node computes the same from the same list.
// The meta group sits on the first kMetaVotersMax nodes by id.
// Its protocol is the newest that they speak. INVALID_ARGUMENT: no nodes, a repeated id
// or address.
absl::StatusOr<Topology> Bootstrap(std::string cluster_id, std::vector<NodeInfo> nodes,
                                   uint32_t protocol = kProtocolVersion);

struct KeyspaceSpec {
  std::string name = {};  // [a-z0-9][a-z0-9_.-]*, up to kKeyspaceNameBytesMax
  Mode mode = Mode::kRaft;
  uint32_t replicas = 0;                 // 0: 3, or the number of nodes if less
  uint32_t partitions = 0;               // 0: kPartitionsDefault
  Level default_read = Level::kDefault;  // kDefault: the mode's
  Level default_write = Level::kDefault;
  uint32_t lease_drift_ppm = 0;  // up to kLeaseDriftPpmMax
  uint64_t default_ttl_us = 0;   // up to kTtlMaxUs
  Ladder default_ladder = {};    // instead of default_read
  Conflict conflict = Conflict::kNone;
};

// What is to change of a keyspace; what is absent stays.
struct KeyspaceChange {
  std::string name = {};
  std::optional<Level> default_read = {};  // kDefault: the mode's
  std::optional<Level> default_write = {};
  std::optional<uint32_t> lease_drift_ppm = {};
  std::optional<uint64_t> default_ttl_us = {};
  std::optional<uint32_t> replicas = {};  // they come and go by themselves then (moves.h)
  Ladder default_ladder = {};             // instead of default_read; empty: not named
};

// The topology with the keyspace added, its partitions placed, one epoch on.
// INVALID_ARGUMENT (what, which value, allowed range) or ALREADY_EXISTS.
absl::StatusOr<Topology> WithKeyspace(const Topology& topology, const KeyspaceSpec& spec);
// The topology with the keyspace changed, one epoch on; the same topology if all
// of it is so already. INVALID_ARGUMENT (also if the change names nothing) or
// NOT_FOUND.
absl::StatusOr<Topology> WithAlteredKeyspace(const Topology& topology,
                                             const KeyspaceChange& change);
// NOT_FOUND if there is none.
absl::StatusOr<Topology> WithoutKeyspace(const Topology& topology, std::string_view name);

}  // namespace quorate::ring
