// Listens to every leaderless replica: what it writes to its log, what of that is
// durable and what it tells the others, held against the safety properties of
// quorum/invariants.h.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "quorum/invariants.h"
#include "replica/quorum_replica.h"
#include "sim/sim_node.h"
#include "sim/write_ledger.h"
#include "storage/log_device.h"

namespace quorate::sim {

class LeaderlessWatch {
 public:
  explicit LeaderlessWatch(std::function<void(std::string)> violation)
      : violation_(std::move(violation)) {}

  // A process has begun on what its disk holds.
  void Started(SimNode& node);
  // A turn of it handed a batch to its log; its engine has it already.
  void Submitted(SimNode& node, LogTicket ticket, const LogBatch& batch);
  // Batches up to that one are on its disk; before it learns of that.
  void Durable(NodeId node, LogTicket upto);
  void Sent(NodeId from, NodeId to, std::string_view frame);
  // Its process is gone.
  void Forget(NodeId node);

  // Null: of that partition nothing was heard.
  const WriteLedger* FindLedger(PartitionId partition) const;
  // Some replica coordinated a write of the key under that version.
  bool Wrote(PartitionId partition, const std::string& key, uint64_t version) const;
  // A write of the key under that version, or a later one, is on that node's disk.
  bool HasOnDisk(NodeId node, PartitionId partition, const std::string& key,
                 uint64_t version) const;

 private:
  struct Unsynced {
    LogTicket ticket;
    PartitionId partition;
    std::vector<quorum::Effect> effects;
  };
  // The replicas of one partition.
  struct Group {
    quorum::Invariants invariants;
    std::set<NodeId> met;  // in their present lives
    uint64_t batches = 0;
    WriteLedger ledger;
  };

  // Null: the node's topology has no such partition any more.
  Group* FindGroup(SimNode& node, PartitionId partition);
  void Take(Group& group, SimNode& node, const QuorumReplica& replica, LogTicket ticket,
            const GroupWrite& write);
  // Its copy is gone.
  void Left(NodeId node, PartitionId partition);
  void Report(PartitionId partition, const Group& group);

  std::function<void(std::string)> violation_;
  std::map<PartitionId, Group> groups_;
  std::map<NodeId, std::deque<Unsynced>> unsynced_;
};

}  // namespace quorate::sim
