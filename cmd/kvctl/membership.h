// Which replicas are on their way, as the topology has it.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "client/admin_types.h"

namespace quorate::kvctl {

// One replica's way; `from` or `to` none: there is one more, or one fewer.
struct Way {
  PartitionId partition;
  std::string keyspace;  // empty: the meta group
  NodeId from = {};
  NodeId to = {};
  bool under_way = false;
  std::vector<NodeId> voters = {};  // of the partition, once that is done
};

// By partition: what moves, and what has yet to.
std::vector<Way> WaysOf(const TopologyDescription& topology);

// Those of the silent nodes for which a way that has yet to be gone waits: nothing is
// sent to one, and no partition is left with a majority of them.
std::vector<NodeId> WaitsFor(const Way& way, const std::set<NodeId>& silent);

// Replicas on `node`, or on their way to it.
size_t ReplicasOn(const TopologyDescription& topology, NodeId node);

// leaving; joining, while there are replicas that have yet to come; else empty.
std::string MembershipOf(const TopologyDescription& topology, NodeId node);

// The same for programs: member where that is empty.
std::string MembershipWord(const TopologyDescription& topology, NodeId node);

}  // namespace quorate::kvctl
