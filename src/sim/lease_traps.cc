// Troubles in which another leader may be elected while the one before still
// takes itself for it: each undoes something that a lease could be built on.
#include <algorithm>
#include <utility>

#include "base/strings.h"
#include "sim/nemesis.h"

namespace quorate::sim {
// As a hypervisor does it: the machine does not notice, but for the calendar.
// Sometimes its clients find it again before its peers do.
Nemesis::Mend Nemesis::BeginPause() {
  const NodeId leader = SomeLedPartition().leader;
  const NodeId victim = leader && random_.Chance(0.7) ? leader : Anyone();
  SimNode& node = cluster_.node(victim);
  if (!node.up() || node.frozen()) return nullptr;
  node.Freeze();
  node.machine().env.StandStill();
  const absl::Duration length = Elections(1, 4);
  const auto go_on = [this, victim] {
    SimNode& paused = cluster_.node(victim);
    paused.machine().env.GoOn();
    paused.Thaw();
  };
  File(go_on, length, StrCat(victim.ToString(), " is no longer paused"));
  if (!random_.Chance(0.5)) return nullptr;
  File(BreakLinks(Isolate(cluster_.ids(), victim)), length + Elections(0, 1),
       StrCat(victim.ToString(), " hears its peers again"));
  return nullptr;
}

absl::Duration Nemesis::Elections(double from, double to) {
  const double share = static_cast<double>(random_.Below(1000)) / 1000;
  return profile_.election * (from + (to - from) * share);
}

// Each side learns at once that the connection is gone, as where a cable is
// pulled; but nobody died.
Nemesis::Mend Nemesis::BeginBroken(NodeId victim) {
  trace_.Add(TraceKind::kFault, victim, "is cut off, and its connections break");
  Mend mend = BreakLinks(Isolate(cluster_.ids(), victim));
  TellBroken(victim);
  return mend;
}

void Nemesis::TellBroken(NodeId victim) {
  for (const NodeId other : cluster_.ids()) {
    if (other == victim) continue;
    if (cluster_.node(victim).up()) cluster_.node(victim).process()->PeerDisconnected(other);
    if (cluster_.node(other).up()) cluster_.node(other).process()->PeerDisconnected(victim);
  }
}

Nemesis::Led Nemesis::SomeLedPartition() {
  Led led;
  auto partitions = cluster_.Partitions();
  // Nobody reads the meta partition under a lease.
  std::erase_if(partitions, [](const auto& one) { return one.id == kMetaPartition; });
  if (partitions.empty()) return led;
  led.partition = partitions[random_.Below(partitions.size())];
  led.leader = cluster_.LeaderOf(led.partition.id);
  for (const NodeId node : Shuffled()) {
    const auto& replicas = led.partition.replicas;
    const bool holds = std::find(replicas.begin(), replicas.end(), node) != replicas.end();
    if (holds && node != led.leader) led.others.push_back(node);
  }
  if (led.leader && !cluster_.node(led.leader).up()) led.leader = NodeId();
  return led;
}

// It cannot learn that another was elected, at its own word.
Nemesis::Mend Nemesis::BeginHandOverDeaf() {
  const Led led = SomeLedPartition();
  if (!led.leader || led.others.empty()) return nullptr;
  const NodeId to = led.others.front();
  trace_.Add(
      TraceKind::kFault, led.leader,
      StrCat("hears nobody, and hands ", led.partition.id.ToString(), " to ", to.ToString()));
  Mend mend = BreakLinks(OneWay(cluster_.ids(), {led.leader}, LinkFault::kCut));
  cluster_.node(led.leader).process()->WhenRunning([partition = led.partition.id, to](Node& node) {
    node.TransferLeader(partition, to, [](absl::Status) {});
  });
  return mend;
}

// What one replica answered before the leader was cut off reaches it only when
// the others may have elected another.
Nemesis::Mend Nemesis::BeginLateAnswers() {
  const Led led = SomeLedPartition();
  if (!led.leader || led.others.empty()) return nullptr;
  const NodeId late = led.others.front();
  trace_.Add(TraceKind::kFault, led.leader,
             StrCat("is cut off, but for old answers of ", late.ToString()));
  Nodes silent = cluster_.ids();
  std::erase(silent, late);
  File(BreakLinks(OneWay(silent, {led.leader}, LinkFault::kCut)), Elections(2, 2.5),
       StrCat(led.leader.ToString(), " hears others again"));
  File(BreakLinks(OneWay({late}, {led.leader}, LinkFault::kStall)), Elections(1.3, 1.7),
       "late answers come");
  queue_.After(Elections(0, 0.3), [this, leader = led.leader] {
    if (!running_) return;
    File(BreakLinks(OneWay({leader}, cluster_.ids(), LinkFault::kCut)), Elections(1.5, 2.5),
         StrCat(leader.ToString(), " is heard again"));
    TellBroken(leader);
  });
  return nullptr;
}

}  // namespace quorate::sim
