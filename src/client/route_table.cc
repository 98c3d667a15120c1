#include "client/route_table.h"

#include <algorithm>

#include "base/hash.h"

namespace quorate::client {
namespace {

bool Holds(const PartitionDescription& partition, NodeId node) {
  return std::find(partition.replicas.begin(), partition.replicas.end(), node) !=
         partition.replicas.end();
}

}  // namespace

RouteTable::RouteTable(TopologyDescription topology) : topology_(std::move(topology)) {
  for (const KeyspaceDescription& keyspace : topology_.keyspaces) {
    Arcs arcs{&keyspace, std::vector<std::atomic<uint64_t>>(keyspace.partitions.size())};
    for (size_t i = 0; i < keyspace.partitions.size(); ++i) {
      const auto& replicas = keyspace.partitions[i].replicas;
      arcs.serving[i] = replicas.empty() ? 0 : replicas.front().value();
    }
    arcs_.emplace(keyspace.name, std::move(arcs));
  }
}

Route RouteTable::RouteFor(std::string_view keyspace, uint64_t key_hash) const {
  const auto found = arcs_.find(keyspace);
  if (found == arcs_.end() || found->second.serving.empty()) return {};
  const Arcs& arcs = found->second;
  const uint32_t arc = ArcOf(key_hash, static_cast<uint32_t>(arcs.serving.size()));
  const NodeId serving(arcs.serving[arc].load(std::memory_order_relaxed));

  Route route{.replicas = {}, .default_read = arcs.keyspace->default_read, .known = true};
  if (serving) route.replicas.push_back(serving);
  for (const NodeId node : arcs.keyspace->partitions[arc].replicas) {
    if (node != serving) route.replicas.push_back(node);
  }
  return route;
}

void RouteTable::Learn(std::string_view keyspace, uint32_t arc, NodeId node) {
  const auto found = arcs_.find(keyspace);
  if (found == arcs_.end() || arc >= found->second.serving.size()) return;
  if (!Holds(found->second.keyspace->partitions[arc], node)) return;
  found->second.serving[arc].store(node.value(), std::memory_order_relaxed);
}

void RouteTable::LearnFrom(const RouteTable& older) {
  for (auto& [name, arcs] : arcs_) {
    const auto before = older.arcs_.find(name);
    if (before == older.arcs_.end()) continue;
    const auto& partitions = arcs.keyspace->partitions;
    const auto& partitions_before = before->second.keyspace->partitions;
    for (size_t i = 0; i < std::min(partitions.size(), partitions_before.size()); ++i) {
      if (partitions[i].id != partitions_before[i].id) continue;
      Learn(name, static_cast<uint32_t>(i), NodeId(before->second.serving[i].load()));
    }
  }
}

}  // namespace quorate::client
