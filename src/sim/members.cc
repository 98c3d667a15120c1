#include "sim/members.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/probe.h"
#include "base/strings.h"
#include "ring/desired.h"
#include "ring/moves.h"

namespace quorate::sim {
namespace {

constexpr absl::Duration kDeadline = absl::Seconds(2);
constexpr absl::Duration kPauseMax = absl::Seconds(2);
constexpr absl::Duration kPoll = absl::Milliseconds(50);
constexpr size_t kNodesMin = 3;
constexpr size_t kNodesMax = 6;
constexpr absl::Duration kReplaceInterval = absl::Milliseconds(500);
constexpr uint32_t kReplicasMax = 5;

// With fewer replicas a node's death would take what they hold.
constexpr uint32_t kReplicasMinWithKills = 3;

}  // namespace

Members::Members(EventQueue& queue, Trace& trace, Random random, const WorkloadProfile& profile,
                 Cluster& cluster, std::function<void()> changed)
    : queue_(queue),
      trace_(trace),
      random_(random),
      cluster_(cluster),
      changed_(std::move(changed)),
      kills_(profile.member_kills),
      returns_(profile.members_return) {}

void Members::Start() {
  running_ = true;
  Change();
  Follow();
  Replace();
}

void Members::Change() {
  if (!running_) return;
  queue_.After(kPauseMax * (random_.Below(1000) / 1e3), [this] { Change(); });
  const Nodes up = cluster_.UpNodes();
  const auto topology = cluster_.topology();
  if (up.empty() || topology == nullptr) return;
  SimNode& asked = cluster_.node(up[random_.Below(up.size())]);
  const auto staying =
      static_cast<size_t>(std::count_if(topology->nodes.begin(), topology->nodes.end(),
                                        [](const ring::NodeInfo& node) { return !node.leaving; }));
  if (random_.Chance(returns_ ? 0.4 : 0.2)) return Resize(asked, *topology);
  if (kills_ && random_.Chance(0.3) && Kill(*topology)) return;
  const size_t fewest = kNodesMin + (kills_ ? 1 : 0);  // else nobody could be done without
  const bool add = staying <= fewest || (staying < kNodesMax && random_.Chance(0.5));
  add ? Add(asked) : Decommission(asked, *topology);
}

void Members::Add(SimNode& asked) {
  ring::NodeInfo info;
  info.client_address = StrCat("new", ++asked_, ":7400");
  info.peer_address = StrCat("new", asked_, ":7401");
  const absl::Duration deadline = asked.machine().env.Monotonic() + kDeadline;
  asked.process()->WhenRunning(
      [info, deadline](Node& running) { running.AddNode(info, {}, deadline, [](const auto&) {}); });
}

void Members::Decommission(SimNode& asked, const ring::Topology& topology) {
  const NodeId id =
      returns_ ? topology.nodes.back().id : topology.nodes[random_.Below(topology.nodes.size())].id;
  trace_.Add(TraceKind::kAdmin, id, "is to leave");
  const absl::Duration deadline = asked.machine().env.Monotonic() + kDeadline;
  asked.process()->WhenRunning([id, deadline](Node& running) {
    running.DecommissionNode(id, deadline, [](const auto&) {});
  });
}

// Only where nothing is lost for good, and what it held may go elsewhere.
bool Members::Kill(const ring::Topology& topology) {
  if (!killed_.empty()) return false;
  const NodeId id = topology.nodes[random_.Below(topology.nodes.size())].id;
  const Nodes known = cluster_.ids();
  if (std::find(known.begin(), known.end(), id) == known.end()) return false;
  if (!ring::WithNodeLeaving(topology, id).ok()) return false;
  for (const ring::PartitionInfo& partition : topology.PartitionsOn(id)) {
    if (partition.replicas.size() < kReplicasMinWithKills) return false;
    if (ring::ReplicasAfterMove(partition).size() < kReplicasMinWithKills) return false;
  }
  Reached<"sim: a machine dies for good">();
  trace_.Add(TraceKind::kAdmin, id, "dies for good");
  killed_.insert(id);
  cluster_.Leave(id);
  changed_();
  return true;
}

void Members::Resize(SimNode& asked, const ring::Topology& topology) {
  if (topology.keyspaces.empty()) return;
  auto chosen = topology.keyspaces.begin();
  std::advance(chosen, random_.Below(topology.keyspaces.size()));
  ring::KeyspaceChange change;
  change.name = chosen->first;
  change.replicas =
      static_cast<uint32_t>(random_.Between(kills_ ? kReplicasMinWithKills : 1, kReplicasMax));
  trace_.Add(TraceKind::kAdmin, NodeId(),
             StrCat(change.name, " is to have ", *change.replicas, " replicas"));
  const absl::Duration deadline = asked.machine().env.Monotonic() + kDeadline;
  asked.process()->WhenRunning([change, deadline](Node& running) {
    running.AlterKeyspace(change, deadline, [](const auto&) {});
  });
}

// Who died is let go, as an operator would who knows; where too few nodes are left,
// one comes first.
void Members::Replace() {
  queue_.After(kReplaceInterval, [this] { Replace(); });
  const Nodes up = cluster_.UpNodes();
  const auto topology = cluster_.topology();
  if (up.empty() || topology == nullptr) return;
  std::erase_if(killed_, [&](NodeId id) { return topology->FindNode(id) == nullptr; });
  SimNode& asked = cluster_.node(up[random_.Below(up.size())]);
  for (const NodeId id : killed_) {
    if (topology->FindNode(id)->leaving || random_.Chance(0.5)) continue;
    const absl::Duration deadline = asked.machine().env.Monotonic() + kDeadline;
    if (!ring::WithNodeLeaving(*topology, id).ok()) return Add(asked);
    asked.process()->WhenRunning([id, deadline](Node& running) {
      running.DecommissionNode(id, deadline, [](const auto&) {});
    });
  }
}

// Whoever was added is started, as an operator would who sees it in the list, and
// whoever is not in it any more is switched off.
void Members::Follow() {
  queue_.After(kPoll, [this] { Follow(); });
  const auto topology = cluster_.topology();
  if (topology == nullptr) return;
  bool changed = false;
  const Nodes known = cluster_.ids();
  for (const ring::NodeInfo& node : topology->nodes) {
    if (std::find(known.begin(), known.end(), node.id) != known.end()) continue;
    if (killed_.contains(node.id)) continue;
    Reached<"sim: a node joins">();
    trace_.Add(TraceKind::kAdmin, node.id, "joins");
    cluster_.Join(node.id, topology);
    ++joined_;
    changed = true;
  }
  for (const NodeId id : known) {
    if (topology->FindNode(id) != nullptr) continue;
    trace_.Add(TraceKind::kAdmin, id, "has left");
    cluster_.Leave(id);
    ++left_;
    changed = true;
  }
  if (changed) changed_();
}

std::string Members::WhatMoves() const {
  const auto topology = cluster_.topology();
  if (topology == nullptr) return "no node runs";
  for (const NodeId id : killed_) {
    if (topology->FindNode(id) != nullptr) return StrCat(id.ToString(), " is dead and not let go");
  }
  for (const ring::NodeInfo& node : topology->nodes) {
    if (node.leaving) return StrCat(node.id.ToString(), " has not left yet");
  }
  for (const ring::NodeInfo& node : topology->nodes) {
    for (const ring::PartitionInfo& partition : topology->PartitionsOn(node.id)) {
      if (partition.moving()) return StrCat(partition.id.ToString(), " is still moving");
    }
  }
  const bool settled = ring::WithMovesBegun(*topology, {}).epoch == topology->epoch;
  return settled ? "" : "a replica is not where it should be";
}

}  // namespace quorate::sim
