// Who leads which partition, as the replicas say.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "client/client.h"

namespace quorate::kvctl {

// By the replica that leads in the highest term; a partition without one is missing.
std::map<PartitionId, NodeId> LeadersOf(const std::vector<ReplicaDescription>& replicas);

// Asks until every replica of the keyspace knows its leader; false: not in time.
bool WaitForLeaders(Client& client, const std::string& keyspace, absl::Duration timeout);

}  // namespace quorate::kvctl
