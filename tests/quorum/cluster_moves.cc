// Replicas that come and go.
#include <algorithm>

#include "cluster.h"

namespace quorate::quorum {
namespace {

Epoch JoinedAt(const Cluster::Topology& topology, NodeId node) {
  const auto joined = topology.joined.find(node);
  return joined == topology.joined.end() ? Epoch() : joined->second;
}

std::vector<NodeId> NodesOf(const Members& members) {
  std::vector<NodeId> nodes;
  for (const Member& member : members.All()) nodes.push_back(member.node);
  return nodes;
}

}  // namespace

bool Cluster::LosesCopy(uint64_t id, const Topology& topology) {
  Node& node = Find(id);
  if (!node.core || node.down || topology.members.epoch <= node.members.epoch) return false;
  return !topology.members.Contains(node.self.node) ||
         JoinedAt(topology, node.self.node) > node.joined;
}

void Cluster::DropCopy(Node& node) {
  node.core.reset();
  node.unsynced.clear();
  node.waiting.clear();
  node.disk = MapStore();
  node.known.clear();
  invariants_.Left(node.self.node);
}

void Cluster::Learn(uint64_t id, const Topology& topology) {
  Node& node = Find(id);
  if (node.down || topology.members.epoch <= node.members.epoch) return;
  const NodeId self = node.self.node;
  const bool belongs = topology.members.Contains(self);
  const bool new_copy = belongs && JoinedAt(topology, self) > node.joined;
  if (!belongs || new_copy) DropCopy(node);
  node.members = topology.members;
  node.known.push_back(node.members);
  if (!belongs) return;
  invariants_.SetReplicas(self, NodesOf(node.members));
  if (new_copy) {
    node.joined = JoinedAt(topology, self);
    StartInBoot(node);
    for (const auto& [other, peer] : nodes_) {
      if (other != id && !IsCut(id, other)) PeerBack(other, id);
    }
    return;
  }
  node.core->SetMembers(node.members, At(node));
  for (const auto& [other, peer] : nodes_) {
    if (other != id && (!peer.core || IsCut(other, id))) PeerGone(id, other);
  }
  Pump(node);
}

void Cluster::ForgetTopology(uint64_t id) {
  Node& node = Find(id);
  if (!node.down || node.known.size() < 2 || !node.members.Contains(node.self.node)) return;
  node.known.pop_back();
  node.members = node.known.back();
  invariants_.SetReplicas(node.self.node, NodesOf(node.members));
}

}  // namespace quorate::quorum
