#include "sim/leaderless_replicas.h"

#include "base/hash.h"
#include "base/strings.h"
#include "kv/layout.h"

namespace quorate::sim {
namespace {

uint64_t DigestOfRecords(const Engine& engine, PartitionId partition) {
  uint64_t digest = 0;
  const auto all = engine.Scan(kv::RecordKey(partition, ""), kv::RecordsEnd(partition));
  for (; all->Valid(); all->Next()) {
    digest = Hash64(all->key(), digest);
    digest = Hash64(all->value(), digest);
  }
  return digest;
}

}  // namespace

const QuorumReplica* FindQuorumReplica(Cluster& cluster, NodeId node, PartitionId partition) {
  if (!cluster.node(node).up()) return nullptr;
  return dynamic_cast<const QuorumReplica*>(cluster.node(node).node()->FindReplica(partition));
}

std::string WhatDiffersIn(Cluster& cluster, const ring::KeyspaceInfo& keyspace) {
  for (const ring::PartitionInfo& partition : keyspace.partitions) {
    const auto digest = [&](NodeId id) {
      return DigestOfRecords(cluster.node(id).machine().engine, partition.id);
    };
    for (NodeId id : partition.replicas) {
      const QuorumReplica* replica = FindQuorumReplica(cluster, id, partition.id);
      if (replica == nullptr) return StrCat(id.ToString(), " has no ", partition.id.ToString());
      if (digest(id) != digest(partition.replicas.front())) {
        return StrCat(partition.id.ToString(), " at ", id.ToString(), " holds other records than ",
                      partition.replicas.front().ToString());
      }
      if (!replica->core().logged().empty()) {
        return StrCat(partition.id.ToString(), " at ", id.ToString(), " keeps the dots ",
                      replica->core().logged().ToString());
      }
    }
  }
  return "";
}

std::string WhatIsDeadIn(Cluster& cluster, const ring::KeyspaceInfo& keyspace) {
  for (const ring::PartitionInfo& partition : keyspace.partitions) {
    for (NodeId id : partition.replicas) {
      const QuorumReplica* replica = FindQuorumReplica(cluster, id, partition.id);
      if (replica == nullptr) return StrCat(id.ToString(), " has no ", partition.id.ToString());
      const auto calendar_us =
          static_cast<uint64_t>(absl::ToUnixMicros(cluster.node(id).machine().env.WallTime()));
      for (const std::string& key : replica->store().KeysAfter("", ~size_t{0})) {
        const auto record = replica->store().Lookup(key);
        if (record && record->Dead(calendar_us)) {
          return StrCat(partition.id.ToString(), " at ", id.ToString(), " keeps the dead ", key);
        }
      }
    }
  }
  return "";
}

}  // namespace quorate::sim
