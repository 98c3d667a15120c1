// When leaderless replicas have come to the same.
#pragma once

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "own_cluster.h"

namespace quorate::bench {

// Every one of a keyspace's three replicas a partition has all that any has, and
// all know it. UNAVAILABLE: not within two minutes.
absl::Status AwaitLevel(OwnCluster& cluster, const std::string& keyspace, uint32_t partitions);

}  // namespace quorate::bench
