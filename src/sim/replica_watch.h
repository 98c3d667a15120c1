// Looks into every replica after each turn of its node and holds the replicas
// of a partition against one another:
//   one leader a term (election safety);
//   a committed position never gets another entry (state machine safety), and
//   whoever leads has all that is committed (leader completeness);
//   equal bytes at equal applied indices;
//   commit and applied positions and terms never go back in one life.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/ids.h"
#include "replica/raft_replica.h"
#include "sim/sim_node.h"
#include "sim/trace.h"

namespace quorate::sim {

// Every byte that an engine holds of a partition; a replica's equality.
uint64_t DigestOf(const Engine& engine, PartitionId partition);

class ReplicaWatch {
 public:
  ReplicaWatch(Trace& trace, std::function<void(std::string)> violation)
      : trace_(trace), violation_(std::move(violation)) {}

  void Look(SimNode& node);
  // Its process is gone: what it had only in memory may go back.
  void Forget(NodeId node) { seen_.erase(node); }

  // The node that leads the partition in the highest term seen; zero: none.
  NodeId LeaderOf(PartitionId partition) const;

 private:
  struct Seen {
    raft::Role role = raft::Role::kFollower;
    Term term;
    NodeId vote;
    LogIndex commit, applied, first;
  };
  struct Committed {
    Term term;  // the entry's; zero: not seen
    Term in;    // the term in which it was committed, or a later one
  };
  struct Group {
    std::map<Term, NodeId> leaders;
    std::vector<Committed> committed;      // by index from 1
    std::map<uint64_t, uint64_t> digests;  // by applied index, the newest
  };

  void LookAt(SimNode& node, const RaftReplica& replica);
  void LookAtRole(NodeId node, const raft::Status& now, Seen& seen, PartitionId partition);
  void LookAtCommit(NodeId node, const RaftReplica& replica, const raft::Status& now, Seen& seen);
  void LookAtState(SimNode& node, PartitionId partition);
  void CheckComplete(NodeId leader, const RaftReplica& replica, const raft::Status& now);
  void Violation(NodeId node, PartitionId partition, const std::string& what);

  Trace& trace_;
  std::function<void(std::string)> violation_;
  std::map<PartitionId, Group> groups_;
  std::map<NodeId, std::map<PartitionId, Seen>> seen_;
};

}  // namespace quorate::sim
