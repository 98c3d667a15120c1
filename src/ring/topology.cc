#include "ring/topology.h"

#include <algorithm>

#include "base/hash.h"

namespace quorate::ring {

uint32_t KeyspaceInfo::ArcOfKey(std::string_view key) const {
  return ArcOf(KeyHash(key), static_cast<uint32_t>(partitions.size()));
}

const PartitionInfo& KeyspaceInfo::PartitionOf(std::string_view key) const {
  return partitions[ArcOfKey(key)];
}

bool PartitionInfo::HasReplicaOn(NodeId node) const {
  return std::find(replicas.begin(), replicas.end(), node) != replicas.end();
}

Epoch PartitionInfo::JoinedAt(NodeId node) const {
  const auto it = joined.find(node);
  return it == joined.end() ? Epoch() : it->second;
}

const NodeInfo* Topology::FindNode(NodeId id) const {
  const auto it = std::lower_bound(nodes.begin(), nodes.end(), id,
                                   [](const NodeInfo& node, NodeId at) { return node.id < at; });
  return it != nodes.end() && it->id == id ? &*it : nullptr;
}

std::string_view Topology::PeerAddressOf(NodeId id) const {
  if (const NodeInfo* node = FindNode(id); node != nullptr) return node->peer_address;
  const auto it = std::find_if(departed.begin(), departed.end(),
                               [id](const DepartedNode& one) { return one.id == id; });
  return it == departed.end() ? std::string_view() : it->peer_address;
}

const KeyspaceInfo* Topology::FindKeyspace(std::string_view name) const {
  const auto it = keyspaces.find(std::string(name));
  return it == keyspaces.end() ? nullptr : &it->second;
}

std::vector<PartitionInfo> Topology::PartitionsOn(NodeId node) const {
  std::vector<PartitionInfo> found;
  const auto add_if_there = [&](const PartitionInfo& partition) {
    if (partition.BelongsOn(node)) found.push_back(partition);
  };
  add_if_there(meta);
  for (const auto& [name, keyspace] : keyspaces) {
    for (const PartitionInfo& partition : keyspace.partitions) add_if_there(partition);
  }
  std::sort(found.begin(), found.end(),
            [](const PartitionInfo& a, const PartitionInfo& b) { return a.id < b.id; });
  return found;
}

}  // namespace quorate::ring
