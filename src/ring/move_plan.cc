#include "ring/move_plan.h"

#include <algorithm>
#include <map>

#include "ring/desired.h"
#include "ring/shares.h"

namespace quorate::ring {
namespace {

using Ids = std::vector<NodeId>;

Ids NotIn(const Ids& of, const Ids& in) {
  Ids rest;
  std::copy_if(of.begin(), of.end(), std::back_inserter(rest),
               [&](NodeId node) { return std::find(in.begin(), in.end(), node) == in.end(); });
  return rest;
}

// How many copies are made.
uint32_t AddMoves(const PartitionInfo& before, const PartitionInfo& after,
                  const std::string& keyspace, std::vector<PlannedMove>& moves) {
  const Ids come = NotIn(TargetOf(after), TargetOf(before));
  const Ids go = NotIn(TargetOf(before), TargetOf(after));
  for (size_t i = 0; i < std::max(come.size(), go.size()); ++i) {
    moves.push_back({before.id, keyspace, i < go.size() ? go[i] : NodeId(),
                     i < come.size() ? come[i] : NodeId()});
  }
  return static_cast<uint32_t>(come.size());
}

using LoadsById = std::map<NodeId, PlannedLoad>;

LoadsById LoadsOf(const Topology& before, const Topology& after) {
  LoadsById loads;
  for (const Topology* one : {&before, &after}) {
    for (const NodeInfo& node : one->nodes) loads[node.id].node = node;
    for (const auto& [name, keyspace] : one->keyspaces) {
      for (const PartitionInfo& partition : keyspace.partitions) {
        for (NodeId node : TargetOf(partition)) {
          PlannedLoad& load = loads[node];
          ++(one == &before ? load.before : load.after);
        }
      }
    }
  }
  return loads;
}

// Over all keyspaces together: what each node lacks of its share.
uint32_t FewestCopies(const Topology& after, const LoadsById& loads) {
  uint64_t total = 0, partitions = 0;
  for (const auto& [id, load] : loads) total += load.after;
  for (const auto& [name, keyspace] : after.keyspaces) partitions += keyspace.partitions.size();
  std::vector<Claim> claims;
  for (const auto& [id, load] : loads) {
    if (after.FindNode(id) == nullptr || load.node.leaving) continue;
    claims.push_back({.weight = load.node.weight, .high = partitions, .have = load.before});
  }
  if (claims.empty() || total > partitions * claims.size()) return 0;
  const std::vector<uint64_t> shares = ComputeShares(total, claims);
  uint64_t copies = 0;
  for (size_t i = 0; i < claims.size(); ++i) {
    if (shares[i] > claims[i].have) copies += shares[i] - claims[i].have;
  }
  return static_cast<uint32_t>(copies);
}

}  // namespace

MovePlan ComputePlan(const Topology& before, const Topology& after) {
  MovePlan plan;
  // Of the meta group, no fewer are possible.
  const uint32_t meta = AddMoves(before.meta, after.meta, "", plan.moves);
  for (const auto& [name, keyspace] : after.keyspaces) {
    const KeyspaceInfo* was = before.FindKeyspace(name);
    if (was == nullptr) continue;
    for (size_t arc = 0; arc < keyspace.partitions.size(); ++arc) {
      AddMoves(was->partitions[arc], keyspace.partitions[arc], name, plan.moves);
    }
  }
  LoadsById loads = LoadsOf(before, after);
  plan.moves_min = meta + FewestCopies(after, loads);
  for (NodeId node : TargetOf(before.meta)) ++loads[node].before;
  for (NodeId node : TargetOf(after.meta)) ++loads[node].after;
  for (const auto& [id, load] : loads) plan.loads.push_back(load);
  return plan;
}

}  // namespace quorate::ring
