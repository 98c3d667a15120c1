#include "node/mover.h"

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

ring::Topology Mover::ComputeNext(const ring::Topology& now) const {
  ring::MoveLimits limits;
  for (const ring::NodeInfo& node : now.nodes) {
    if (!shared_.peers.Knows(node.id, now.epoch)) limits.unfit.insert(node.id);
  }
  return ring::WithMovesBegun(now, limits);
}

void Mover::Plan(absl::Duration now) {
  if (now < next_plan_ || changing_) return;
  next_plan_ = now + kPlanInterval;
  const auto topology = shared_.topology.Get();
  if (topology->epoch == settled_) return;
  if (ring::WithMovesBegun(*topology, {}).epoch == topology->epoch) {
    settled_ = topology->epoch;
    return;
  }
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
  const ring::NodeInfo* self = topology->FindNode(shared_.options.self);
  if (self == nullptr || !self->leaving) return;
  if (!topology->PartitionsOn(shared_.options.self).empty()) return;
  ChangeTopology(
      node_, [](const ring::Topology& current) { return ring::WithoutEmptyNodes(current); },
      now + kChangeMax, [](auto) {});
}

}  // namespace quorate
