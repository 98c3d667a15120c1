// Looks into every replica after each turn of its node and holds the replicas
// of a partition against one another: the Raft paper's safety properties
// (raft/invariants.h), and equal bytes at equal applied indices.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "raft/invariants.h"
#include "replica/raft_replica.h"
#include "sim/sim_node.h"
#include "sim/trace.h"

namespace quorate::sim {

class ReplicaWatch {
 public:
  ReplicaWatch(Trace& trace, std::function<void(std::string)> violation)
      : trace_(trace), violation_(std::move(violation)) {}

  void Look(SimNode& node);
  // A frame leaves a node: what its replicas promise to others.
  void Sent(NodeId from, NodeId to, std::string_view frame);
  // Its process is gone: what it had only in memory may go back.
  void Forget(NodeId node);

  // Told of each new leadership.
  void OnLeader(std::function<void(NodeId)> told) { on_leader_ = std::move(told); }

  // The node that leads the partition in the highest term seen; zero: none.
  NodeId LeaderOf(PartitionId partition) const;

 private:
  struct Seen {
    const RaftReplica* replica = nullptr;
    raft::Role role = raft::Role::kFollower;
    Term term;
    LogIndex applied;
  };
  struct Group {
    raft::Invariants invariants{raft::Invariants::Sight::kNowAndThen};
    std::map<NodeId, Seen> living;
    std::map<uint64_t, uint64_t> digests;  // by applied index, the newest
    NodeId leader;
    Term leader_term;
  };

  void LookAt(SimNode& node, const RaftReplica& replica);
  void TellRole(NodeId node, Group& group, const RaftReplica& replica);
  void LookAtState(SimNode& node, PartitionId partition, Group& group);
  void Report(PartitionId partition, const Group& group);
  void Violation(NodeId node, PartitionId partition, const std::string& what);

  Trace& trace_;
  std::function<void(std::string)> violation_;
  std::function<void(NodeId)> on_leader_;
  std::map<PartitionId, Group> groups_;
};

}  // namespace quorate::sim
