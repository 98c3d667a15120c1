// A replica's move, struck while who comes is filled: cut where a change of members in a
// single step would leave two majorities that need nobody of one another, or with a crash
// of who comes, on whose disk there may be more than what it was sent.
#include <algorithm>
#include <utility>

#include "base/probe.h"
#include "base/strings.h"
#include "replica/raft_replica.h"
#include "ring/desired.h"
#include "sim/nemesis.h"

namespace quorate::sim {
namespace {

constexpr absl::Duration kLook = absl::Milliseconds(1);
constexpr absl::Duration kAwaitMax = absl::Seconds(3);
constexpr absl::Duration kCrashMax = absl::Milliseconds(100);

// The members have agreed that it listens, and may be about to count it.
bool IsFilled(const SimNode& leader, const ring::PartitionInfo& partition) {
  if (!leader.up()) return false;
  const auto* replica = dynamic_cast<const RaftReplica*>(leader.node()->FindReplica(partition.id));
  if (replica == nullptr || !replica->raft().is_leader()) return false;
  const raft::Raft& raft = replica->raft();
  return raft.ConfigurationAt(raft.commit_index()).IsLearner(partition.joining);
}

// With the fewest others that make a majority of the members to come, none of whom leaves.
Nodes LeadersSide(const ring::PartitionInfo& partition, NodeId leader) {
  const Nodes after = ring::ReplicasAfterMove(partition);
  Nodes side = {leader, partition.joining};
  for (const NodeId node : after) {
    if (side.size() > after.size() / 2) break;
    if (std::find(side.begin(), side.end(), node) == side.end()) side.push_back(node);
  }
  return side;
}

}  // namespace

Nemesis::Mend Nemesis::BeginAwaitingMove(FaultKind kind) {
  if (awaiting_.insert(kind).second) AwaitMove(kind, queue_.now() + kAwaitMax);
  return nullptr;
}

void Nemesis::AwaitMove(FaultKind kind, absl::Duration until) {
  if (!running_ || queue_.now() >= until || StrikeSomeMove(kind)) {
    awaiting_.erase(kind);
    return;
  }
  queue_.After(kLook, [this, kind, until] { AwaitMove(kind, until); });
}

bool Nemesis::StrikeSomeMove(FaultKind kind) {
  for (const ring::PartitionInfo& partition : cluster_.Partitions()) {
    const NodeId leader = cluster_.LeaderOf(partition.id);
    const bool swaps = partition.joining && partition.leaving;
    if (!partition.joining || (kind == FaultKind::kCutMove && !swaps) || !leader) continue;
    if (!IsFilled(cluster_.node(leader), partition)) continue;
    kind == FaultKind::kCutMove ? CutMove(partition, leader) : CrashJoiner(partition.joining);
    return true;
  }
  return false;
}

void Nemesis::CutMove(const ring::PartitionInfo& partition, NodeId leader) {
  Reached<"sim: a move is cut">();
  const bool with_leader = random_.Chance(0.75);
  const Nodes side =
      with_leader ? LeadersSide(partition, leader) : Nodes{partition.joining, partition.leaving};
  Nodes rest = cluster_.ids();
  std::erase_if(
      rest, [&](NodeId node) { return std::find(side.begin(), side.end(), node) != side.end(); });
  trace_.Add(TraceKind::kFault, leader,
             StrCat("cut-move: ", partition.id.ToString(), " from ", partition.leaving.ToString(),
                    " to ", partition.joining.ToString(), ", ", side.size(), " nodes cut off with ",
                    with_leader ? "the leader" : "both"));
  File(BreakLinks(Between(side, rest, LinkFault::kCut)), Elections(2, 8), "cut-move");
}

void Nemesis::CrashJoiner(NodeId joiner) {
  queue_.After(Upto(kCrashMax), [this, joiner] {
    if (!running_) return;
    File(BeginCrash({joiner}, "crash-joiner"), Upto(profile_.length_max), "crash-joiner");
  });
}

}  // namespace quorate::sim
