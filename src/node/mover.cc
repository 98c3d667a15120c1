#include "node/mover.h"

#include <set>
#include <vector>

#include "node/topology_change.h"
#include "ring/moves.h"

namespace quorate {
namespace {

constexpr absl::Duration kPlanInterval = absl::Milliseconds(500);
constexpr absl::Duration kChangeMax = absl::Seconds(10);

}  // namespace

Mover::Mover(Node& node, NodeShared& shared) : node_(node), shared_(shared) {
  shared_.move_done = [this](PartitionId partition, Epoch since) { MoveDone(partition, since); };
}

void Mover::MoveDone(PartitionId partition, Epoch since) {
  ChangeTopology(
      node_,
      [partition, since](const ring::Topology& now) {
        return ring::WithMoveDone(now, partition, since);
      },
      shared_.edges.env.Monotonic() + kChangeMax, [](auto) {});
}

// A node that is dead cannot ask to be let go.
ring::Topology Mover::WithoutTheDead(const ring::Topology& now) const {
  const std::vector<NodeId> gone = shared_.peers.gone();
  return ring::WithoutEmptyNodes(now, {gone.begin(), gone.end()});
}

ring::Topology Mover::ComputeNext(const ring::Topology& now) const {
  ring::Topology next = WithoutTheDead(now);
  if (next.epoch != now.epoch) return next;
  ring::MoveLimits limits;
  for (const ring::NodeInfo& node : now.nodes) {
    if (!shared_.peers.Knows(node.id, now.epoch)) limits.unfit.insert(node.id);
  }
  return ring::WithMovesBegun(now, limits);
}

bool Mover::Settled(const ring::Topology& topology) {
  for (const ring::NodeInfo& node : topology.nodes) {
    if (node.leaving && !shared_.peers.alive(node.id)) return false;
  }
  if (topology.epoch == settled_) return true;
  if (ring::WithMovesBegun(topology, {}).epoch != topology.epoch) return false;
  settled_ = topology.epoch;
  return true;
}

void Mover::Plan(absl::Duration now) {
  if (now < next_plan_ || changing_) return;
  next_plan_ = now + kPlanInterval;
  const auto topology = shared_.topology.Get();
  if (Settled(*topology)) return;
  if (ComputeNext(*topology).epoch == topology->epoch) return;
  changing_ = true;
  ChangeTopology(
      node_, [this](const ring::Topology& current) { return ComputeNext(current); },
      now + kChangeMax, [this](auto) { changing_ = false; });
}

void Mover::LeaveIfEmpty(absl::Duration now) {
  if (now < next_leave_) return;
  next_leave_ = now + kPlanInterval;
  const auto topology = shared_.topology.Get();
  const NodeId self = shared_.options.self;
  const ring::NodeInfo* info = topology->FindNode(self);
  if (info == nullptr || !info->leaving) return;
  if (!topology->PartitionsOn(self).empty()) return;
  ChangeTopology(
      node_,
      [self](const ring::Topology& current) { return ring::WithoutEmptyNodes(current, {self}); },
      now + kChangeMax, [](auto) {});
}

}  // namespace quorate
