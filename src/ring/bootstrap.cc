// The first topology of a cluster.
#include <algorithm>
#include <map>
#include <utility>

#include "base/error.h"
#include "base/limits.h"
#include "base/strings.h"
#include "ring/topology.h"

namespace quorate::ring {
namespace {

absl::Status Refused(std::string_view reason, std::string_view what) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason, what);
}

// `nodes` by id.
absl::Status CheckIds(const std::vector<NodeInfo>& nodes) {
  if (nodes.empty()) {
    return Refused("NO_NODES", "a cluster of no nodes; list every node of the new cluster");
  }
  for (size_t i = 0; i < nodes.size(); ++i) {
    if (!nodes[i].id || nodes[i].id.value() > limits::kNodeIdMax) {
      return Refused("NODE_ID_INVALID", StrCat("node id ", nodes[i].id.value(),
                                               "; allowed are 1 to ", limits::kNodeIdMax));
    }
    if (i > 0 && nodes[i].id == nodes[i - 1].id) {
      return Refused("NODE_ID_REPEATED", StrCat("node id ", nodes[i].id.value(),
                                                " is listed twice; give each node its own"));
    }
    if (nodes[i].weight == 0 || nodes[i].weight > limits::kNodeWeightMax) {
      return Refused("NODE_WEIGHT_INVALID",
                     StrCat("node ", nodes[i].id.value(), " has weight ", nodes[i].weight,
                            "; allowed are 1 to ", limits::kNodeWeightMax, ", 100 is usual"));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckAddresses(const std::vector<NodeInfo>& nodes) {
  std::map<std::string, NodeId> owner;
  for (const NodeInfo& node : nodes) {
    for (const std::string& address : {node.client_address, node.peer_address}) {
      if (address.empty()) continue;  // nodes of one process need none
      const auto [it, added] = owner.emplace(address, node.id);
      if (added) continue;
      return Refused("ADDRESS_REPEATED",
                     StrCat("address ", address, " is listed twice, for node ", it->second.value(),
                            " and for node ", node.id.value(),
                            "; client and peer address of every node differ"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Topology> Bootstrap(std::string cluster_id, std::vector<NodeInfo> nodes,
                                   uint32_t protocol) {
  std::sort(nodes.begin(), nodes.end(),
            [](const NodeInfo& a, const NodeInfo& b) { return a.id < b.id; });
  absl::Status status = CheckIds(nodes);
  if (status.ok()) status = CheckAddresses(nodes);
  if (!status.ok()) return status;

  Topology topology;
  topology.cluster_id = std::move(cluster_id);
  topology.epoch = Epoch(1);
  topology.protocol.active = protocol;
  topology.meta.id = kMetaPartition;
  for (size_t i = 0; i < nodes.size() && i < limits::kMetaVotersMax; ++i) {
    topology.meta.replicas.push_back(nodes[i].id);
  }
  topology.next_node_id = nodes.back().id.value() + 1;
  topology.nodes = std::move(nodes);
  return topology;
}

}  // namespace quorate::ring
