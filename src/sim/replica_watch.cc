#include "sim/replica_watch.h"

#include <algorithm>

#include "base/hash.h"
#include "base/probe.h"
#include "base/strings.h"
#include "kv/layout.h"

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

uint64_t DigestOf(const Engine& engine, PartitionId partition) {
  uint64_t digest = 0;
  const auto all = engine.Scan(kv::PartitionBegin(partition), kv::PartitionEnd(partition));
  for (; all->Valid(); all->Next()) {
    digest = Hash64(all->key(), digest);
    digest = Hash64(all->value(), digest);
  }
  return digest;
}

void ReplicaWatch::Violation(NodeId node, PartitionId partition, const std::string& what) {
  violation_(StrCat(partition.ToString(), " at ", node.ToString(), ": ", what));
}

void ReplicaWatch::Look(SimNode& node) {
  const auto topology = node.node()->topology();
  const auto look = [&](PartitionId partition) {
    const auto* replica = dynamic_cast<const RaftReplica*>(node.node()->FindReplica(partition));
    if (replica != nullptr) LookAt(node, *replica);
  };
  look(topology->meta.id);
  for (const auto& [name, keyspace] : topology->keyspaces) {
    for (const ring::PartitionInfo& partition : keyspace.partitions) look(partition.id);
  }
}

void ReplicaWatch::LookAt(SimNode& node, const RaftReplica& replica) {
  const raft::Status now = replica.raft().status();
  Seen& seen = seen_[node.id()][replica.partition()];
  LookAtRole(node.id(), now, seen, replica.partition());
  LookAtCommit(node.id(), replica, now, seen);
  if (now.applied_index != seen.applied) {
    if (now.applied_index < seen.applied) {
      Violation(node.id(), replica.partition(), "its applied index went back");
    }
    seen.applied = now.applied_index;
    LookAtState(node, replica.partition());
  }
}

void ReplicaWatch::LookAtRole(NodeId node, const raft::Status& now, Seen& seen,
                              PartitionId partition) {
  if (now.hard_state.term < seen.term) Violation(node, partition, "its term went back");
  if (now.role == seen.role && now.hard_state.term == seen.term) return;
  trace_.Add(TraceKind::kRole, node,
             StrCat(partition.ToString(), " ", RoleName(now.role), " in ",
                    now.hard_state.term.ToString(), ", log to ", now.last_index.ToString(), "/",
                    now.last_term.ToString(), ", commit ", now.commit_index.ToString()));
  seen.role = now.role;
  seen.term = now.hard_state.term;
}

void ReplicaWatch::LookAtCommit(NodeId node, const RaftReplica& replica, const raft::Status& now,
                                Seen& seen) {
  const PartitionId partition = replica.partition();
  Group& group = groups_[partition];
  if (now.role == raft::Role::kLeader) {
    const auto [leader, fresh] = group.leaders.emplace(now.hard_state.term, node);
    if (!fresh && leader->second != node) {
      Violation(node, partition,
                StrCat("leads in ", now.hard_state.term.ToString(), ", and so did ",
                       leader->second.ToString()));
    }
    if (fresh) CheckComplete(node, replica, now);
  }
  if (now.commit_index < seen.commit) Violation(node, partition, "its commit index went back");
  if (now.commit_index > now.last_index) {
    Violation(node, partition, "its commit index lies beyond its log");
  }
  for (LogIndex index = seen.commit.next(); index <= now.commit_index; index = index.next()) {
    const Term term = replica.raft().TermAt(index);
    if (!term) continue;  // came by a snapshot
    if (group.committed.size() < index.value()) group.committed.resize(index.value());
    Committed& known = group.committed[index.value() - 1];
    if (known.term && known.term != term) {
      Violation(
          node, partition,
          StrCat("committed ", index.ToString(), " of ", term.ToString(),
                 ", where another replica had committed an entry of ", known.term.ToString()));
    }
    if (!known.term) known = {term, now.hard_state.term};
  }
  seen.commit = now.commit_index;
}

void ReplicaWatch::CheckComplete(NodeId leader, const RaftReplica& replica,
                                 const raft::Status& now) {
  const Group& group = groups_[replica.partition()];
  for (uint64_t i = std::max<uint64_t>(1, now.first_index.value()); i <= group.committed.size();
       ++i) {
    const auto& [term, in] = group.committed[i - 1];
    // A leader of an older term need not have what a newer one committed.
    if (!term || in >= now.hard_state.term) continue;
    if (replica.raft().TermAt(LogIndex(i)) != term) {
      Violation(leader, replica.partition(),
                StrCat("leads in ", now.hard_state.term.ToString(), " without the entry i", i,
                       " of ", term.ToString(), " that was committed"));
      return;
    }
  }
}

void ReplicaWatch::LookAtState(SimNode& node, PartitionId partition) {
  const Engine& engine = node.machine().engine;
  const auto stored = engine.Get(kv::AppliedKey(partition));
  if (!stored.ok() || !*stored) return;
  const auto applied = kv::AppliedState::Decode(**stored);
  if (!applied.ok()) return Violation(node.id(), partition, "its applied record is damaged");
  const uint64_t digest = DigestOf(engine, partition);
  trace_.Add(TraceKind::kDigest, node.id(),
             StrCat(partition.ToString(), " ", applied->index.ToString(), " ", digest % 10'000));
  std::map<uint64_t, uint64_t>& digests = groups_[partition].digests;
  const auto [known, fresh] = digests.emplace(applied->index.value(), digest);
  if (!fresh && known->second != digest) {
    Violation(
        node.id(), partition,
        StrCat("its state at ", applied->index.ToString(), " differs from another replica's"));
  }
  if (digests.size() > kDigestsMax) digests.erase(digests.begin());
}

NodeId ReplicaWatch::LeaderOf(PartitionId partition) const {
  const auto group = groups_.find(partition);
  if (group == groups_.end() || group->second.leaders.empty()) return NodeId();
  return group->second.leaders.rbegin()->second;
}

}  // namespace quorate::sim
