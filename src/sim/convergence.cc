#include "sim/convergence.h"

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "kv/digest.h"
#include "kv/layout.h"
#include "kv/state_machine.h"
#include "ring/desired.h"

namespace quorate::sim {
namespace {

// How far a replica has come, read from its engine.
std::string Position(Cluster& cluster, NodeId id, PartitionId partition) {
  const Engine& engine = cluster.node(id).machine().engine;
  const auto stored = engine.Get(kv::AppliedKey(partition));
  if (!stored.ok() || !*stored) return "nothing";
  const auto applied = kv::AppliedState::Decode(**stored);
  if (!applied.ok()) return "a damaged record";
  const auto digest = kv::ComputeDigest(partition, engine);
  if (!digest.ok()) return "a damaged record";
  return StrCat(applied->index.ToString(), " digest ", *digest);
}

// The leader's whole log is applied where nobody proposes and all is well.
std::string WhatIsUnapplied(Cluster& cluster, const ring::PartitionInfo& partition) {
  for (const NodeId id : partition.replicas) {
    const Replica* replica = cluster.node(id).node()->FindReplica(partition.id);
    if (replica == nullptr) {
      return StrCat(id.ToString(), " has no replica of ", partition.id.ToString());
    }
    const ReplicaStatus status = replica->status();
    if (status.applied_index != status.last_index) {
      return StrCat(id.ToString(), " has applied ", status.applied_index, " of ", status.last_index,
                    " entries of ", partition.id.ToString());
    }
  }
  return "";
}

std::string WhatIsLeftOver(Cluster& cluster, NodeId id, const ring::Topology& topology) {
  std::set<std::string> owned;
  for (const ring::PartitionInfo& partition : topology.PartitionsOn(id)) {
    owned.insert(kv::PartitionBegin(partition.id));
  }
  const size_t prefix = kv::PartitionBegin(kMetaPartition).size();
  const auto all = cluster.node(id).machine().engine.Scan("", std::string(9, '\xff'));
  for (; all->Valid(); all->Next()) {
    if (!owned.contains(std::string(all->key().substr(0, prefix)))) {
      return StrCat(id.ToString(), " holds state of a partition that is not its own");
    }
  }
  return "";
}

}  // namespace

std::string WhatDiffers(Cluster& cluster) {
  const auto topology = cluster.topology();
  for (const NodeId id : cluster.ids()) {
    if (!cluster.node(id).up()) return StrCat(id.ToString(), " is down");
    const Epoch epoch = cluster.node(id).node()->topology()->epoch;
    if (epoch != topology->epoch) {
      return StrCat(id.ToString(), " is at ", epoch.ToString(), ", others at ",
                    topology->epoch.ToString());
    }
    std::string left = WhatIsLeftOver(cluster, id, *topology);
    if (!left.empty()) return left;
  }
  for (const ring::PartitionInfo& partition : cluster.Partitions()) {
    std::string unapplied = WhatIsUnapplied(cluster, partition);
    if (!unapplied.empty()) return unapplied;
    const NodeId first = partition.replicas.front();
    for (const NodeId id : partition.replicas) {
      const std::string here = Position(cluster, id, partition.id);
      const std::string there = Position(cluster, first, partition.id);
      if (here != there) {
        return StrCat(partition.id.ToString(), ": ", id.ToString(), " has ", here, ", ",
                      first.ToString(), " has ", there);
      }
    }
  }
  return "";
}

size_t CountIn(const Nodes& nodes, const Nodes& dead) {
  return static_cast<size_t>(std::count_if(nodes.begin(), nodes.end(), [&](NodeId id) {
    return std::find(dead.begin(), dead.end(), id) != dead.end();
  }));
}

bool KeepsMajority(const ring::PartitionInfo& partition, uint32_t learners, const Nodes& dead) {
  Nodes voters = partition.replicas;
  voters.resize(voters.size() - std::min<size_t>(learners, voters.size() - 1));
  if (2 * CountIn(voters, dead) >= voters.size()) return false;
  if (!partition.abandoned.empty()) {
    // Each of these may still be a member in the place of one that stays.
    const Nodes abandoned(partition.abandoned.begin(), partition.abandoned.end());
    const size_t lost = CountIn(partition.replicas, dead) + CountIn(abandoned, dead);
    if (2 * lost >= partition.replicas.size()) return false;
  }
  if (!partition.target.empty()) {
    // On its way it comes through sets that are mixtures of both, and as small as that.
    std::set<NodeId> all(partition.replicas.begin(), partition.replicas.end());
    all.insert(partition.target.begin(), partition.target.end());
    const size_t least = std::min(partition.replicas.size(), partition.target.size());
    if (2 * CountIn(Nodes(all.begin(), all.end()), dead) >= least) return false;
  }
  const Nodes after = ring::ReplicasAfterMove(partition);
  return !partition.moving() || 2 * CountIn(after, dead) < after.size();
}

Nodes ChooseDead(Cluster& cluster, uint32_t learners, const Nodes& killed, Random& random) {
  Nodes order = cluster.ids();
  for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.Below(i)]);
  const auto partitions = cluster.Partitions();
  if (partitions.empty()) return {};  // none runs: who knows what is there
  Nodes dead = killed;
  for (const NodeId candidate : order) {
    dead.push_back(candidate);
    const bool all_kept = std::all_of(
        partitions.begin(), partitions.end(),
        [&](const ring::PartitionInfo& one) { return KeepsMajority(one, learners, dead); });
    if (!all_kept) dead.pop_back();
  }
  dead.erase(dead.begin(), dead.begin() + static_cast<std::ptrdiff_t>(killed.size()));
  return dead;
}

}  // namespace quorate::sim
