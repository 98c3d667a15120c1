#include "admin_json.h"

#include <nlohmann/json.hpp>

#include "base/ladder.h"
#include "base/strings.h"

namespace quorate::kvctl {
namespace {

using nlohmann::json;

json Ids(const std::vector<NodeId>& nodes) {
  json ids = json::array();
  for (const NodeId node : nodes) ids.push_back(node.value());
  return ids;
}

template <class List>
json Each(const List& list) {
  json shown = json::array();
  for (const auto& one : list) shown.push_back(ToJson(one));
  return shown;
}

json Partitions(const std::vector<PartitionDescription>& partitions) {
  json shown = json::array();
  for (const PartitionDescription& one : partitions) {
    shown.push_back({{"partition", one.id.value()},
                     {"replicas", Ids(one.replicas)},
                     {"joining", one.joining.value()},
                     {"leaving", one.leaving.value()},
                     {"target", Ids(one.target)}});
  }
  return shown;
}

}  // namespace

json ToJson(const NodeDescription& node) {
  return {{"node", node.id.value()},
          {"client_address", node.client_address},
          {"peer_address", node.peer_address},
          {"zone", node.zone},
          {"weight", node.weight},
          {"leaving", node.leaving},
          {"lost", node.lost}};
}

json ToJson(const KeyspaceDescription& keyspace) {
  return {{"keyspace", keyspace.name},
          {"id", keyspace.id.value()},
          {"mode", std::string(ModeName(keyspace.mode))},
          {"replicas", keyspace.replicas},
          {"conflict", keyspace.conflict == Conflict::kNone
                           ? nlohmann::json(nullptr)
                           : nlohmann::json(ConflictName(keyspace.conflict))},
          {"default_read", std::string(LevelName(keyspace.default_read))},
          {"default_ladder", keyspace.default_ladder.empty()
                                 ? nlohmann::json(nullptr)
                                 : nlohmann::json(FormatLadder(keyspace.default_ladder))},
          {"default_write", std::string(LevelName(keyspace.default_write))},
          {"lease_drift_ppm", keyspace.lease_drift_ppm},
          {"default_ttl_us", absl::ToInt64Microseconds(keyspace.default_ttl)},
          {"partitions", Partitions(keyspace.partitions)}};
}

json ToJson(const TopologyDescription& topology) {
  return {{"cluster_id", topology.cluster_id},
          {"epoch", topology.epoch.value()},
          {"protocol", topology.protocol.active},
          {"protocol_next", topology.protocol.next},
          {"nodes", Each(topology.nodes)},
          {"keyspaces", Each(topology.keyspaces)},
          {"meta", {{"replicas", Ids(topology.meta.replicas)}}}};
}

json ToJson(const ReplicaDescription& replica) {
  return {{"partition", replica.partition.value()},
          {"node", replica.node.value()},
          {"role", replica.role},
          {"leader", replica.leader.value()},
          {"term", replica.term.value()},
          {"last_index", replica.last_index.value()},
          {"commit_index", replica.commit_index.value()},
          {"applied_index", replica.applied_index.value()},
          {"log_first_index", replica.log_first_index.value()},
          {"quiet", replica.quiet}};
}

json ToJson(const KeyspaceState& state) {
  json shown = ToJson(state.keyspace);
  shown["replica_states"] = Each(state.replicas);
  shown["unreachable"] = Ids(state.unreachable);
  return shown;
}

json ToJson(const NodeState& state) {
  json shown = ToJson(state.node);
  shown.update({{"reachable", state.reachable},
                {"version", state.version},
                {"epoch", state.epoch.value()},
                {"boot", state.boot.value()},
                {"protocol", state.protocol},
                {"protocol_min", state.protocol_min},
                {"uptime_ms", absl::ToInt64Milliseconds(state.uptime)},
                {"replicas", state.replicas},
                {"leaders", state.leaders},
                {"leaderless", state.leaderless},
                {"log_bytes", state.log_bytes},
                {"data_bytes", state.data_bytes},
                {"hints", state.hints},
                {"hint_bytes", state.hint_bytes}});
  shown["clock_skews"] = json::array();
  for (const SkewDescription& one : state.skews) {
    shown["clock_skews"].push_back(
        {{"node", one.node.value()}, {"ahead_us", absl::ToInt64Microseconds(one.ahead)}});
  }
  return shown;
}

json ToJson(const ClusterState& state) {
  return {{"cluster_id", state.cluster_id},
          {"epoch", state.epoch.value()},
          {"meta_leader", state.meta_leader.value()},
          {"nodes", Each(state.nodes)}};
}

std::string ToLine(const std::vector<NodeId>& nodes) {
  std::string line;
  for (const NodeId node : nodes) StrAppend(&line, line.empty() ? "" : " ", node.ToString());
  return line;
}

}  // namespace quorate::kvctl
