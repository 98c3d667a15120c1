#include "sim/leaderless_watch.h"

#include <utility>

#include "base/strings.h"
#include "quorate/v1/peer.pb.h"

namespace quorate::sim {
namespace {

// All that was ever written is looked for at each start, and once in so many
// batches of a partition.
constexpr uint64_t kBatchesPerLook = 200;

const QuorumReplica* ReplicaIn(SimNode& node, PartitionId partition) {
  return dynamic_cast<const QuorumReplica*>(node.node()->FindReplica(partition));
}

}  // namespace

// Of a replica that has not been met in this life, it begins now.
LeaderlessWatch::Group* LeaderlessWatch::Find(SimNode& node, const QuorumReplica& replica) {
  auto at = groups_.find(replica.partition());
  if (at == groups_.end()) {
    const auto topology = node.node()->topology();
    const ring::PartitionInfo* partition = topology->FindPartition(replica.partition());
    const ring::KeyspaceInfo* keyspace = topology->FindKeyspaceOf(replica.partition());
    if (partition == nullptr || keyspace == nullptr) return nullptr;
    const bool rising = keyspace->conflict != Conflict::kRegister;
    at = groups_
             .emplace(replica.partition(),
                      Group{quorum::Invariants(partition->replicas, rising), {}, 0})
             .first;
  }
  return &at->second;
}

void LeaderlessWatch::Started(SimNode& node) {
  for (const ring::PartitionInfo& partition : node.node()->topology()->PartitionsOn(node.id())) {
    const QuorumReplica* replica = ReplicaIn(node, partition.id);
    Group* group = replica == nullptr ? nullptr : Find(node, *replica);
    if (group == nullptr) continue;
    const quorum::Identity self = replica->core().self();
    group->living[node.id()] = self;
    group->invariants.Started(self, replica->core().knowledge(), replica->store());
    Report(partition.id, *group);
  }
}

void LeaderlessWatch::Submitted(SimNode& node, LogTicket ticket, const LogBatch& batch) {
  for (const GroupWrite& write : batch.groups) {
    const QuorumReplica* replica =
        write.entries.empty() ? nullptr : ReplicaIn(node, write.partition);
    Group* group = replica == nullptr ? nullptr : Find(node, *replica);
    if (group == nullptr) continue;
    const quorum::Identity self = replica->core().self();
    if (group->living.emplace(node.id(), self).second) {
      group->invariants.Started(self, {}, replica->store());
    }
    for (const LogEntry& entry : write.entries) {
      auto effects = DecodeEffects(entry.data.view());
      if (!effects.ok())
        return violation_(StrCat("an entry that nobody can read: ", effects.status().message()));
      group->invariants.Emitted(self, *effects, replica->store());
      unsynced_[node.id()].push_back({ticket, write.partition, *std::move(effects)});
    }
    if (++group->batches % kBatchesPerLook == 0) CheckSeen(*group, node, *replica);
    Report(write.partition, *group);
  }
}

void LeaderlessWatch::CheckSeen(Group& group, SimNode& node, const QuorumReplica& replica) {
  group.invariants.CheckSeen(node.id(), replica.core().knowledge().seen, replica.store());
}

void LeaderlessWatch::Durable(NodeId node, LogTicket upto) {
  auto& unsynced = unsynced_[node];
  for (; !unsynced.empty() && unsynced.front().ticket.value <= upto.value; unsynced.pop_front()) {
    Group& group = groups_.at(unsynced.front().partition);
    for (const quorum::Effect& effect : unsynced.front().effects) {
      group.invariants.Persisted(node, effect);
    }
  }
}

void LeaderlessWatch::Sent(NodeId from, NodeId to, std::string_view bytes) {
  if (groups_.empty()) return;
  v1::PeerFrame frame;
  if (!frame.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  for (const v1::GroupMessage& sent : frame.groups()) {
    const auto group = groups_.find(PartitionId(sent.partition()));
    if (group == groups_.end()) continue;
    const auto message = quorum::DecodeMessage(from, to, sent.payload());
    if (!message.ok()) continue;
    group->second.invariants.Sent(*message);
    Report(group->first, group->second);
  }
}

void LeaderlessWatch::Forget(NodeId node) {
  unsynced_.erase(node);
  for (auto& [partition, group] : groups_) group.living.erase(node);
}

void LeaderlessWatch::Report(PartitionId partition, const Group& group) {
  if (group.invariants.violations().empty()) return;
  violation_(StrCat(partition.ToString(), ": ", group.invariants.violations().front()));
}

}  // namespace quorate::sim
