#include "sim/receipt_check.h"

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "replica/raft_replica.h"

namespace quorate::sim {
namespace {

const RaftReplica* ReplicaAt(Cluster& cluster, NodeId node, PartitionId partition) {
  SimNode& machine = cluster.node(node);
  if (!machine.up()) return nullptr;
  return dynamic_cast<const RaftReplica*>(machine.node()->FindReplica(partition));
}

// On the disk of `node`, as far as that can be seen: while it runs and has not
// put the entry away in a snapshot.
bool MayHaveOnDisk(Cluster& cluster, NodeId node, PartitionId partition, Seen position) {
  const RaftReplica* replica = ReplicaAt(cluster, node, partition);
  if (replica == nullptr) return true;
  const Term there = replica->raft().TermAt(position.index);
  return replica->raft().durable_index() >= position.index && (!there || there == position.term);
}

size_t AcksNeeded(Level achieved, size_t voters) {
  if (achieved == Level::kOne) return 1;
  return achieved == Level::kAll ? voters : voters / 2 + 1;
}

std::string LieOfWrite(Cluster& cluster, NodeId at, const Op& op, const Receipt& receipt) {
  const std::set<NodeId> acked(receipt.acked_by.begin(), receipt.acked_by.end());
  if (acked.size() != receipt.acked_by.size()) return "acked_by names a node twice";
  if (!acked.contains(receipt.served_by)) return "acked_by lacks the node that served it";
  if (receipt.durable != acked.size()) return "durable is not the number of acked_by";
  if (!receipt.position.index) return "it has no place in the log";
  // A write at ONE may be lost with its leader before another node passes this on.
  if (receipt.achieved == Level::kOne && at != receipt.served_by) return "";
  for (NodeId node : acked) {
    if (MayHaveOnDisk(cluster, node, op.partition, receipt.position)) continue;
    return StrCat("acked_by names ", node.ToString(), ", which has no entry ",
                  receipt.position.index.ToString(), " of ", receipt.position.term.ToString(),
                  " on disk");
  }
  const RaftReplica* server = ReplicaAt(cluster, receipt.served_by, op.partition);
  // One that has lost its leadership learns that the write is committed, not by whom.
  if (server == nullptr || !server->raft().is_leader()) return "";
  const raft::Configuration members = server->raft().status().configuration;
  // Who was a member then, and is none any more, is not counted, though he has it.
  if (server->raft().term() != receipt.position.term || members.asked >= receipt.epoch.value() ||
      server->raft().ConfigurationAt(receipt.position.index) != members) {
    return "";
  }
  const auto& voters = members.voters;
  // Two majorities are counted then, and a leader that is about to go does not count.
  if (members.joint() || !members.IsVoter(receipt.served_by)) return "";
  const auto holding = static_cast<size_t>(std::count_if(
      voters.begin(), voters.end(), [&acked](NodeId voter) { return acked.contains(voter); }));
  if (holding < AcksNeeded(receipt.achieved, voters.size())) {
    return StrCat(LevelName(receipt.achieved), " was achieved by ", holding, " of ", voters.size(),
                  " voters");
  }
  return "";
}

std::string LieOfRead(Cluster& cluster, const Receipt& receipt, const Reply& reply) {
  uint64_t newest = 0;
  for (const auto& found : reply.found) newest = std::max(newest, found ? found->version : 0);
  if (receipt.version != newest) {
    return StrCat("version ", receipt.version, " is not the newest read, ", newest);
  }
  const RaftReplica* server = ReplicaAt(cluster, receipt.served_by, receipt.partition);
  if (server == nullptr) return "";
  LogIndex reached = server->state().applied().index;
  // One that was started again may have yet to learn that what it had applied,
  // and has on disk, is committed.
  if (cluster.node(receipt.served_by).life() > 1) {
    reached = std::max(reached, server->raft().durable_index());
  }
  if (reached < receipt.position.index) {
    return StrCat("the state read is said to be at ", receipt.position.index.ToString(),
                  ", which it has not reached");
  }
  return "";
}

}  // namespace

std::string WhatReceiptLiesAbout(Cluster& cluster, NodeId at, const Op& op, const Reply& reply) {
  const Receipt& receipt = reply.receipt;
  if (receipt.mode != Mode::kRaft) return "its mode";
  if (receipt.partition != op.partition) return "its partition";
  const Level asked = op.ladder.empty() ? op.level : op.ladder.front().level;
  if (receipt.asked != asked) return StrCat("asked ", LevelName(receipt.asked));
  SimNode& server = cluster.node(receipt.served_by);
  if (server.up() && receipt.epoch > server.node()->topology()->epoch) {
    return "an epoch that its server has yet to learn of";
  }
  return op.kind == OpKind::kWrite ? LieOfWrite(cluster, at, op, receipt)
                                   : LieOfRead(cluster, receipt, reply);
}

}  // namespace quorate::sim
