#include "sim/replica_watch.h"

#include "base/strings.h"
#include "kv/digest.h"
#include "kv/layout.h"
#include "kv/state_machine.h"
#include "quorate/v1/peer.pb.h"
#include "replica/raft_codec.h"

namespace quorate::sim {
namespace {

// Digests kept for laggards to be held against.
constexpr size_t kDigestsMax = 4096;

const char* RoleName(raft::Role role) {
  switch (role) {
    case raft::Role::kFollower:
      return "follower";
    case raft::Role::kPreCandidate:
      return "pre-candidate";
    case raft::Role::kCandidate:
      return "candidate";
    case raft::Role::kLeader:
      return "leader";
  }
  return "?";
}

}  // namespace

void ReplicaWatch::Violation(NodeId node, PartitionId partition, const std::string& what) {
  violation_(StrCat(partition.ToString(), " at ", node.ToString(), ": ", what));
}

void ReplicaWatch::Forget(NodeId node) {
  for (auto& [partition, group] : groups_) group.living.erase(node);
}

void ReplicaWatch::Look(SimNode& node) {
  const auto topology = node.node()->topology();
  std::vector<PartitionId> partitions{topology->meta.id};
  for (const auto& [name, keyspace] : topology->keyspaces) {
    for (const ring::PartitionInfo& partition : keyspace.partitions) {
      partitions.push_back(partition.id);
    }
  }
  // Replicas that this turn removed are no longer to be looked into.
  for (auto& [partition, group] : groups_) {
    const auto seen = group.living.find(node.id());
    if (seen != group.living.end() && node.node()->FindReplica(partition) != seen->second.replica) {
      group.living.erase(seen);
    }
  }
  for (const PartitionId partition : partitions) {
    const auto* replica = dynamic_cast<const RaftReplica*>(node.node()->FindReplica(partition));
    if (replica != nullptr) LookAt(node, *replica);
  }
}

void ReplicaWatch::LookAt(SimNode& node, const RaftReplica& replica) {
  const PartitionId partition = replica.partition();
  Group& group = groups_[partition];
  const auto [it, fresh] = group.living.try_emplace(node.id());
  it->second.replica = &replica;
  if (fresh) group.invariants.Started(node.id(), replica.state().applied().index);
  std::vector<raft::Invariants::View> living;
  for (const auto& [id, seen] : group.living) living.push_back({id, &seen.replica->raft()});
  group.invariants.Observe(node.id(), living);
  Report(partition, group);
  TellRole(node.id(), group, replica);
  const LogIndex applied = replica.state().applied().index;
  if (fresh || applied != it->second.applied) {
    it->second.applied = applied;
    LookAtState(node, partition, group);
  }
}

void ReplicaWatch::Report(PartitionId partition, const Group& group) {
  if (group.invariants.violations().empty()) return;
  violation_(StrCat(partition.ToString(), ": ", group.invariants.violations().front()));
}

void ReplicaWatch::TellRole(NodeId node, Group& group, const RaftReplica& replica) {
  const raft::Status now = replica.raft().status();
  Seen& seen = group.living[node];
  if (now.role == seen.role && now.hard_state.term == seen.term) return;
  seen.role = now.role;
  seen.term = now.hard_state.term;
  trace_.Add(TraceKind::kRole, node,
             StrCat(replica.partition().ToString(), " ", RoleName(now.role), " in ",
                    now.hard_state.term.ToString(), ", log to ", now.last_index.ToString(), "/",
                    now.last_term.ToString(), ", commit ", now.commit_index.ToString()));
  if (now.role != raft::Role::kLeader) return;
  if (now.hard_state.term >= group.leader_term) {
    group.leader = node;
    group.leader_term = now.hard_state.term;
  }
  if (on_leader_) on_leader_(node);
}

void ReplicaWatch::LookAtState(SimNode& node, PartitionId partition, Group& group) {
  const Engine& engine = node.machine().engine;
  const auto stored = engine.Get(kv::AppliedKey(partition));
  if (!stored.ok() || !*stored) return;
  const auto applied = kv::AppliedState::Decode(**stored);
  if (!applied.ok()) return Violation(node.id(), partition, "its applied record is damaged");
  const auto computed = kv::ComputeDigest(partition, engine);
  if (!computed.ok()) return Violation(node.id(), partition, computed.status().ToString());
  const uint64_t digest = *computed;
  trace_.Add(TraceKind::kDigest, node.id(),
             StrCat(partition.ToString(), " ", applied->index.ToString(), " ", digest % 10'000));
  const auto [known, fresh] = group.digests.emplace(applied->index.value(), digest);
  if (!fresh && known->second != digest) {
    Violation(node.id(), partition,
              StrCat("its state at ", applied->index.ToString(),
                     " differs from what another replica's was there"));
  }
  if (group.digests.size() > kDigestsMax) group.digests.erase(group.digests.begin());
}

void ReplicaWatch::Sent(NodeId from, NodeId to, std::string_view bytes) {
  v1::PeerFrame frame;
  if (!frame.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  for (const v1::GroupMessage& message : frame.groups()) {
    const auto group = groups_.find(PartitionId(message.partition()));
    const auto raft = DecodeRaftMessage(message.payload(), from, to);
    if (group == groups_.end() || !raft.ok()) continue;
    group->second.invariants.Sent(*raft);
    Report(group->first, group->second);
  }
}

NodeId ReplicaWatch::LeaderOf(PartitionId partition) const {
  const auto group = groups_.find(partition);
  return group == groups_.end() ? NodeId() : group->second.leader;
}

}  // namespace quorate::sim
