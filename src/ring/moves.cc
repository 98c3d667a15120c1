#include "ring/moves.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "ring/desired.h"

namespace quorate::ring {
namespace {

using Nodes = std::vector<NodeId>;

bool Has(const Nodes& nodes, NodeId node) {
  return std::find(nodes.begin(), nodes.end(), node) != nodes.end();
}

Nodes Missing(const Nodes& of, const Nodes& in) {
  Nodes missing;
  std::copy_if(of.begin(), of.end(), std::back_inserter(missing),
               [&](NodeId node) { return !Has(in, node); });
  return missing;
}

std::string_view ZoneOf(const Topology& topology, NodeId node) {
  const NodeInfo* info = topology.FindNode(node);
  return info == nullptr ? std::string_view() : std::string_view(info->zone);
}

// Whom `joining` replaces: who shares its zone, so that zones stay as many as they are.
NodeId Replaced(const Topology& topology, const Nodes& leaving, NodeId joining) {
  const auto same = std::find_if(leaving.begin(), leaving.end(), [&](NodeId node) {
    return ZoneOf(topology, node) == ZoneOf(topology, joining);
  });
  return same == leaving.end() ? leaving.front() : *same;
}

// Who goes first where nobody comes: who is of no use now.
NodeId FirstToGo(const Nodes& leaving, const std::set<NodeId>& silent) {
  const auto useless = std::find_if(leaving.begin(), leaving.end(),
                                    [&](NodeId node) { return silent.contains(node); });
  return useless == leaving.end() ? leaving.front() : *useless;
}

// A majority of these can be heard of.
bool CanDecide(const Nodes& voters, const std::set<NodeId>& silent) {
  const auto heard = std::count_if(voters.begin(), voters.end(),
                                   [&](NodeId node) { return !silent.contains(node); });
  return 2 * static_cast<size_t>(heard) > voters.size();
}

bool SameMembers(const Nodes& a, const Nodes& b) {
  return a.size() == b.size() && Missing(a, b).empty();
}

class Planner {
 public:
  Planner(const Topology& topology, const MoveLimits& limits)
      : next_(topology), limits_(limits), epoch_(topology.epoch.next()), room_(limits.at_once) {
    Take(next_.meta.moving());
    for (const auto& [name, keyspace] : next_.keyspaces) {
      for (const PartitionInfo& partition : keyspace.partitions) Take(partition.moving());
    }
  }

  void Bring(PartitionInfo& partition) {
    if (partition.joining || partition.leaving || partition.target.empty()) return;
    const bool abandons = partition.moving();
    if (SameMembers(partition.replicas, partition.target)) {
      if (abandons) return;
      partition.replicas = std::exchange(partition.target, {});
      changed_ = true;
      return;
    }
    if (room_ == 0 && !abandons) return;
    Nodes joining = Missing(partition.target, partition.replicas);
    const bool grows = !joining.empty();
    std::erase_if(joining, [&](NodeId node) {
      return limits_.unfit.contains(node) || partition.abandoned.contains(node);
    });
    if (grows && joining.empty()) return;
    const Nodes leaving = Missing(partition.replicas, partition.target);
    PartitionInfo step = partition;
    step.joining = joining.empty() ? NodeId() : joining.front();
    // Whoever comes only replaces one if as many replicas are to be left.
    if (!leaving.empty() &&
        (joining.empty() || partition.replicas.size() >= partition.target.size())) {
      step.leaving = step.joining ? Replaced(next_, leaving, step.joining)
                                  : FirstToGo(leaving, limits_.silent);
    }
    if (!CanDecide(ReplicasAfterMove(step), limits_.silent)) return;
    if (step.joining) step.joined[step.joining] = epoch_;
    partition = std::move(step);
    partition.moving_since = partition.changed = epoch_;
    Take(!abandons);
    changed_ = true;
  }

  Topology Finish(const Topology& before) && {
    if (!changed_) return before;
    next_.epoch = epoch_;
    return std::move(next_);
  }

  Topology& next() { return next_; }

 private:
  void Take(bool moves) { room_ -= moves && room_ > 0 ? 1 : 0; }

  Topology next_;
  const MoveLimits& limits_;
  const Epoch epoch_;
  uint32_t room_;
  bool changed_ = false;
};

PartitionInfo* Find(Topology& topology, PartitionId id) {
  if (topology.meta.id == id) return &topology.meta;
  for (auto& [name, keyspace] : topology.keyspaces) {
    for (PartitionInfo& partition : keyspace.partitions) {
      if (partition.id == id) return &partition;
    }
  }
  return nullptr;
}

}  // namespace

bool MayMove(const Topology& topology, const KeyspaceInfo& keyspace) {
  return keyspace.mode == Mode::kRaft || topology.Active(kLeaderlessMoves);
}

void Retarget(Topology& topology) {
  const auto set = [](PartitionInfo& partition, Nodes desired) {
    const bool there = !partition.moving() && partition.replicas == desired;
    partition.target = there ? Nodes() : std::move(desired);
  };
  set(topology.meta, ComputeDesiredMeta(topology));
  for (auto& [name, keyspace] : topology.keyspaces) {
    if (!MayMove(topology, keyspace)) continue;
    auto desired = ComputeDesired(topology, keyspace);
    for (size_t arc = 0; arc < desired.size(); ++arc) {
      set(keyspace.partitions[arc], std::move(desired[arc]));
    }
  }
}

Topology WithMovesBegun(const Topology& topology, const MoveLimits& limits) {
  Planner planner(topology, limits);
  planner.Bring(planner.next().meta);
  for (auto& [name, keyspace] : planner.next().keyspaces) {
    for (PartitionInfo& partition : keyspace.partitions) planner.Bring(partition);
  }
  return std::move(planner).Finish(topology);
}

Topology WithMoveDone(const Topology& topology, PartitionId id, Epoch since) {
  Topology next = topology;
  PartitionInfo* partition = Find(next, id);
  if (partition == nullptr || !partition->moving() || partition->moving_since != since) {
    return next;
  }
  const bool led =
      !partition->replicas.empty() && partition->replicas.front() != partition->leaving;
  Nodes replicas = ReplicasAfterMove(*partition);
  // Who comes in the place of the preferred leader is preferred as he was.
  if (!led && partition->joining) std::rotate(replicas.begin(), replicas.end() - 1, replicas.end());
  partition->replicas = std::move(replicas);
  partition->joined.erase(partition->leaving);
  for (NodeId node : std::exchange(partition->abandoned, {})) partition->joined.erase(node);
  partition->joining = partition->leaving = NodeId();
  partition->moving_since = Epoch();
  next.epoch = partition->changed = topology.epoch.next();
  return next;
}

bool BringsReplica(const Topology& from, const Topology& to, NodeId node) {
  std::set<PartitionId> before;
  for (const PartitionInfo& partition : from.PartitionsOn(node)) before.insert(partition.id);
  const std::vector<PartitionInfo> after = to.PartitionsOn(node);
  return std::any_of(after.begin(), after.end(), [&](const PartitionInfo& partition) {
    return !before.contains(partition.id);
  });
}

}  // namespace quorate::ring
