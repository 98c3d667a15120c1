#include "sim/leaderless_watch.h"

#include <algorithm>

#include "base/strings.h"
#include "quorate/v1/peer.pb.h"
#include "quorum/message_batch.h"
#include "replica/quorum_store.h"

namespace quorate::sim {
namespace {

// All that was ever written is looked for at each start, and once in so many
// batches of a partition.
constexpr uint64_t kBatchesPerLook = 200;

const QuorumReplica* FindReplica(SimNode& node, PartitionId partition) {
  return dynamic_cast<const QuorumReplica*>(node.node()->FindReplica(partition));
}

}  // namespace

LeaderlessWatch::Group* LeaderlessWatch::FindGroup(SimNode& node, PartitionId id) {
  const auto known = groups_.find(id);
  if (known != groups_.end()) return &known->second;
  const auto topology = node.node()->topology();
  const ring::PartitionInfo* partition = topology->FindPartition(id);
  const ring::KeyspaceInfo* keyspace = topology->FindKeyspaceOf(id);
  if (partition == nullptr || keyspace == nullptr) return nullptr;
  const bool registers = keyspace->conflict == Conflict::kRegister;
  Group group{quorum::Invariants(partition->replicas, registers), {}, 0, {}};
  return &groups_.emplace(id, std::move(group)).first->second;
}

void LeaderlessWatch::Started(SimNode& node) {
  for (const ring::PartitionInfo& partition : node.node()->topology()->PartitionsOn(node.id())) {
    const QuorumReplica* replica = FindReplica(node, partition.id);
    Group* group = replica == nullptr ? nullptr : FindGroup(node, partition.id);
    if (group == nullptr) continue;
    group->met.insert(node.id());
    group->invariants.Started(replica->core().self(), replica->core().knowledge(),
                              replica->store());
    group->ledger.Started(node.id(), replica->core().knowledge().seen);
    Report(partition.id, *group);
  }
}

void LeaderlessWatch::Submitted(SimNode& node, LogTicket ticket, const LogBatch& batch) {
  for (const GroupWrite& write : batch.groups) {
    const bool gone = write.remove || (write.reset && write.reset->index == LogIndex());
    if (gone) Left(node.id(), write.partition);
    if (write.entries.empty()) continue;
    const QuorumReplica* replica = FindReplica(node, write.partition);
    Group* group = replica == nullptr ? nullptr : FindGroup(node, write.partition);
    if (group == nullptr) continue;
    Take(*group, node, *replica, ticket, write);
    Report(write.partition, *group);
  }
}

void LeaderlessWatch::Left(NodeId node, PartitionId partition) {
  const auto group = groups_.find(partition);
  if (group == groups_.end()) return;
  group->second.met.erase(node);
  group->second.invariants.Left(node);
  std::erase_if(unsynced_[node], [&](const Unsynced& one) { return one.partition == partition; });
}

void LeaderlessWatch::Take(Group& group, SimNode& node, const QuorumReplica& replica,
                           LogTicket ticket, const GroupWrite& write) {
  const quorum::Identity self = replica.core().self();
  // Of a keyspace that was made while the process ran.
  std::vector<NodeId> replicas;
  for (const quorum::Member& member : replica.core().members().All()) {
    replicas.push_back(member.node);
  }
  if (group.met.insert(node.id()).second) {
    group.invariants.Started(self, {}, replica.store());
    group.invariants.SetReplicas(node.id(), replicas);
  }
  std::vector<std::vector<quorum::Effect>> all;
  for (const LogEntry& entry : write.entries) {
    auto effects = DecodeEffects(entry.data.view());
    if (!effects.ok()) {
      return violation_(StrCat(node.id().ToString(), " wrote an entry that nobody can read: ",
                               effects.status().message()));
    }
    // The store is as it is after all of them.
    group.invariants.Foresee(*effects);
    all.push_back(*std::move(effects));
  }
  for (std::vector<quorum::Effect>& effects : all) {
    // What it did before it entered the epoch, it did among those of before.
    const auto enters = std::find_if(effects.begin(), effects.end(), [](const auto& effect) {
      return std::holds_alternative<quorum::EnterEpoch>(effect);
    });
    const std::vector<quorum::Effect> before(effects.begin(), enters);
    const std::vector<quorum::Effect> since(enters, effects.end());
    group.invariants.Emitted(self, before, replica.store());
    if (!since.empty()) group.invariants.SetReplicas(node.id(), replicas);
    group.invariants.Emitted(self, since, replica.store());
    group.ledger.Emitted(self, effects);
    unsynced_[node.id()].push_back({ticket, write.partition, std::move(effects)});
  }
  if (++group.batches % kBatchesPerLook == 0) {
    group.invariants.CheckSeen(node.id(), replica.core().knowledge().seen, replica.store());
  }
}

const WriteLedger* LeaderlessWatch::FindLedger(PartitionId partition) const {
  const auto group = groups_.find(partition);
  return group == groups_.end() ? nullptr : &group->second.ledger;
}

bool LeaderlessWatch::Wrote(PartitionId partition, const std::string& key, uint64_t version) const {
  const WriteLedger* ledger = FindLedger(partition);
  const WriteLedger::Writes* writes = ledger == nullptr ? nullptr : ledger->Find(key);
  return writes != nullptr && writes->contains(version);
}

bool LeaderlessWatch::HasOnDisk(NodeId node, PartitionId partition, const std::string& key,
                                uint64_t version) const {
  if (!Wrote(partition, key, version)) return false;
  const Group& group = groups_.at(partition);
  const WriteLedger::Writes& writes = *group.ledger.Find(key);
  return std::any_of(writes.lower_bound(version), writes.end(), [&](const auto& write) {
    return group.invariants.HasOnDisk(node, write.second.dot);
  });
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
    const auto messages = quorum::DecodeBatch(from, to, sent.payload());
    if (!messages.ok()) {
      return violation_(
          StrCat(from.ToString(), " sent what nobody can read: ", messages.status().message()));
    }
    for (const quorum::Message& message : *messages) group->second.invariants.Sent(message);
    Report(group->first, group->second);
  }
}

void LeaderlessWatch::Forget(NodeId node) {
  unsynced_.erase(node);
  for (auto& [partition, group] : groups_) group.met.erase(node);
}

void LeaderlessWatch::Report(PartitionId partition, const Group& group) {
  if (group.invariants.violations().empty()) return;
  violation_(StrCat(partition.ToString(), ": ", group.invariants.violations().front()));
}

}  // namespace quorate::sim
