#include "client/admin_types.h"

#include <algorithm>

#include "base/hash.h"

namespace quorate {
namespace {

template <class List, class Predicate>
auto* FindIn(const List& list, Predicate predicate) {
  const auto found = std::find_if(list.begin(), list.end(), predicate);
  return found == list.end() ? nullptr : &*found;
}

}  // namespace

const PartitionDescription* KeyspaceDescription::PartitionOf(std::string_view key) const {
  if (partitions.empty()) return nullptr;
  return &partitions[ArcOf(KeyHash(key), static_cast<uint32_t>(partitions.size()))];
}

const NodeDescription* TopologyDescription::FindNode(NodeId id) const {
  return FindIn(nodes, [id](const NodeDescription& node) { return node.id == id; });
}

const KeyspaceDescription* TopologyDescription::FindKeyspace(std::string_view name) const {
  return FindIn(keyspaces, [name](const KeyspaceDescription& one) { return one.name == name; });
}

uint32_t MovePlan::copies() const {
  return static_cast<uint32_t>(std::count_if(
      moves.begin(), moves.end(), [](const PlannedMove& move) { return move.to != NodeId(); }));
}

uint64_t MovePlan::bytes() const {
  uint64_t sum = 0;
  for (const PlannedMove& move : moves) sum += move.to ? move.bytes : 0;
  return sum;
}

}  // namespace quorate
