// The cluster's descriptions of itself as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "client/admin_types.h"

namespace quorate::kvctl {

nlohmann::json ToJson(const NodeDescription& node);
nlohmann::json ToJson(const KeyspaceDescription& keyspace);
nlohmann::json ToJson(const TopologyDescription& topology);
nlohmann::json ToJson(const ReplicaDescription& replica);
nlohmann::json ToJson(const KeyspaceState& state);
nlohmann::json ToJson(const NodeState& state);
nlohmann::json ToJson(const ClusterState& state);

// n1 n2 n3
std::string ToLine(const std::vector<NodeId>& nodes);

}  // namespace quorate::kvctl
