#include "sim/members.h"

#include <algorithm>
#include <utility>

#include "base/probe.h"
#include "base/strings.h"
#include "ring/moves.h"

namespace quorate::sim {
namespace {

constexpr absl::Duration kDeadline = absl::Seconds(2);
constexpr absl::Duration kPauseMax = absl::Seconds(2);
constexpr absl::Duration kPoll = absl::Milliseconds(50);
constexpr size_t kNodesMin = 3;
constexpr size_t kNodesMax = 6;

}  // namespace

Members::Members(EventQueue& queue, Trace& trace, Random random, Cluster& cluster,
                 std::function<void()> changed)
    : queue_(queue),
      trace_(trace),
      random_(random),
      cluster_(cluster),
      changed_(std::move(changed)) {}

void Members::Start() {
  running_ = true;
  Change();
  Follow();
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
  const bool add = staying <= kNodesMin || (staying < kNodesMax && random_.Chance(0.5));
  add ? Add(asked) : Decommission(asked, *topology);
}

void Members::Add(SimNode& asked) {
  ring::NodeInfo info;
  info.client_address = StrCat("new", ++asked_, ":7400");
  info.peer_address = StrCat("new", asked_, ":7401");
  const absl::Duration deadline = asked.machine().env.Monotonic() + kDeadline;
  asked.process()->WhenRunning(
      [info, deadline](Node& running) { running.AddNode(info, deadline, [](const auto&) {}); });
}

void Members::Decommission(SimNode& asked, const ring::Topology& topology) {
  const NodeId id = topology.nodes[random_.Below(topology.nodes.size())].id;
  trace_.Add(TraceKind::kAdmin, id, "is to leave");
  const absl::Duration deadline = asked.machine().env.Monotonic() + kDeadline;
  asked.process()->WhenRunning([id, deadline](Node& running) {
    running.DecommissionNode(id, deadline, [](const auto&) {});
  });
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
