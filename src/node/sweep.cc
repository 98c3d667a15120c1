#include "node/sweep.h"

#include <string>

#include "kv/layout.h"

namespace quorate {
namespace {

bool Holds(const ring::FrozenTopology& topology, NodeId self, PartitionId partition) {
  const ring::PartitionInfo* info = topology.FindPartition(partition);
  return info != nullptr && info->BelongsOn(self);
}

}  // namespace

absl::Status SweepDropped(const ring::FrozenTopology& topology, NodeId self, Engine& engine) {
  std::string from = kv::PartitionBegin(PartitionId());
  const std::string end(16, '\xff');
  while (true) {
    const auto found = engine.Scan(from, end);
    if (!found->Valid()) return found->status();
    const PartitionId partition = kv::PartitionOf(found->key());
    from = kv::PartitionEnd(partition);
    if (Holds(topology, self, partition)) continue;
    EngineBatch batch;
    batch.DeleteKeys(kv::PartitionBegin(partition), from);
    if (absl::Status deleted = engine.Write(batch); !deleted.ok()) return deleted;
  }
}

}  // namespace quorate
