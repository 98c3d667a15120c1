#include "node/mover.h"

#include <algorithm>
#include <set>
#include <vector>

#include "base/probe.h"
#include "node/topology_change.h"

namespace quorate {
namespace {

constexpr absl::Duration kPlanInterval = absl::Milliseconds(500);
constexpr absl::Duration kChangeMax = absl::Seconds(10);
// Who is to leave and is silent for so long does not come back with writes at ANY that it
// keeps for replicas, which it would hand over before it asks to be let go.
constexpr absl::Duration kBackWithin = absl::Seconds(10);

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

ring::MoveLimits Mover::Limits(const ring::Topology& topology) const {
  const Peers& peers = shared_.peers;
  ring::MoveLimits limits;
  limits.at_once = shared_.options.moves_at_once;
  for (const ring::NodeInfo& node : topology.nodes) {
    const bool self = node.id == shared_.options.self;
    const bool room = self ? shared_.disk.room() == Room::kEnough : !peers.disk_full(node.id);
    if (!room || !peers.Knows(node.id, topology.epoch)) limits.unfit.insert(node.id);
    if (!peers.alive(node.id)) limits.silent.insert(node.id);
  }
  return limits;
}

// Those that are dead go, one at a time, and those that only seemed so stay.
ring::Topology Mover::WithNewsOfNodes(const ring::Topology& topology, absl::Duration now) const {
  const std::vector<NodeId> all_gone = shared_.peers.gone();
  const std::set<NodeId> gone(all_gone.begin(), all_gone.end());
  bool under_way = false;
  for (const ring::NodeInfo& node : topology.nodes) {
    if (node.lost && shared_.peers.Knows(node.id, topology.epoch)) {
      Reached<"node: who seemed dead is back">();
      return ring::WithNodeBack(topology, node.id);
    }
    under_way = under_way || (node.leaving && gone.contains(node.id));
  }
  if (under_way) {
    const absl::Duration patience = std::min(kBackWithin, shared_.options.leaver_patience);
    const std::vector<NodeId> long_gone = shared_.peers.GoneSince(now - patience);
    return ring::WithoutEmptyNodes(topology, {long_gone.begin(), long_gone.end()});
  }
  // With half of the nodes silent it is rather the network.
  if (2 * gone.size() >= topology.nodes.size()) return topology;
  for (const NodeId dead : shared_.peers.GoneSince(now - shared_.options.dead_after)) {
    auto next = ring::WithNodeLost(topology, dead);
    if (!next.ok()) continue;
    Reached<"node: a dead node is let go">();
    return *std::move(next);
  }
  return topology;
}

ring::Topology Mover::ComputeNext(const ring::Topology& topology, absl::Duration now) const {
  ring::Topology next = WithNewsOfNodes(topology, now);
  if (next.epoch != topology.epoch) return next;
  return ring::WithMovesBegun(topology, Limits(topology));
}

bool Mover::Settled(const ring::Topology& topology) {
  const bool all_stay = std::none_of(topology.nodes.begin(), topology.nodes.end(),
                                     [](const ring::NodeInfo& node) { return node.leaving; });
  if (!all_stay || !shared_.peers.gone().empty()) return false;
  if (topology.epoch == settled_) return true;
  if (ring::WithMovesBegun(topology, {}).epoch != topology.epoch) return false;
  settled_ = topology.epoch;
  return true;
}

void Mover::Plan(absl::Duration now) {
  const auto topology = shared_.topology.Get();
  // Whenever there may be room for a further move, and for other news now and then.
  if (changing_ || (now < next_plan_ && topology->epoch == planned_)) return;
  next_plan_ = now + kPlanInterval;
  planned_ = topology->epoch;
  if (Settled(*topology) || ComputeNext(*topology, now).epoch == topology->epoch) return;
  changing_ = true;
  ChangeTopology(
      node_, [this, now](const ring::Topology& current) { return ComputeNext(current, now); },
      now + kChangeMax, [this](auto) { changing_ = false; });
}

void Mover::LeaveIfEmpty(absl::Duration now) {
  if (now < next_leave_) return;
  next_leave_ = now + kPlanInterval;
  const auto topology = shared_.topology.Get();
  const NodeId self = shared_.options.self;
  const ring::NodeInfo* info = topology->FindNode(self);
  if (info == nullptr || !info->leaving || info->lost) return;
  if (!topology->PartitionsOn(self).empty()) return;
  // Writes at ANY that it keeps for replicas are nowhere else.
  if (shared_.hints.load(std::memory_order_relaxed) > 0) return;
  // Likewise what only a copy had that was here.
  if (!shared_.former_copies.empty()) return;
  ChangeTopology(
      node_,
      [self](const ring::Topology& current) { return ring::WithoutEmptyNodes(current, {self}); },
      now + kChangeMax, [](auto) {});
}

}  // namespace quorate
