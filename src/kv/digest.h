// Whether replicas hold the same.
#pragma once

#include <cstdint>

#include "absl/status/statusor.h"
#include "base/ids.h"
#include "storage/engine.h"

namespace quorate::kv {

// Of all that the engine holds of a partition of mode raft, but for what has
// expired and for where writers' records stand: equal on replicas that have
// applied the same index. Walks everything. DATA_LOSS where a record is damaged.
absl::StatusOr<uint64_t> ComputeDigest(PartitionId partition, const Engine& engine);

}  // namespace quorate::kv
