#include "base/ladder_codec.h"
#include "client/convert.h"

namespace quorate::client {
namespace {

NodeDescription DescriptionOf(const v1::Node& wire) {
  return {.id = NodeId(wire.id()),
          .client_address = wire.client_address(),
          .peer_address = wire.peer_address(),
          .zone = wire.zone(),
          .weight = wire.weight(),
          .leaving = wire.leaving(),
          .lost = wire.lost()};
}

PartitionDescription DescriptionOf(const v1::Partition& wire) {
  PartitionDescription partition{.id = PartitionId(wire.id()), .replicas = {}};
  for (const uint64_t node : wire.replicas()) partition.replicas.push_back(NodeId(node));
  for (const uint64_t node : wire.target()) partition.target.push_back(NodeId(node));
  partition.joining = NodeId(wire.joining());
  partition.leaving = NodeId(wire.leaving());
  return partition;
}

std::optional<FillDescription> FillOf(const v1::ReplicaStatus& wire) {
  if (!wire.has_filling()) return std::nullopt;
  return FillDescription{.node = NodeId(wire.filling().node()),
                         .since = absl::Milliseconds(wire.filling().for_ms()),
                         .sent_bytes = wire.filling().sent_bytes(),
                         .total_bytes = wire.filling().total_bytes()};
}

ReplicaDescription DescriptionOf(const v1::ReplicaStatus& wire) {
  return {.partition = PartitionId(wire.partition()),
          .node = NodeId(wire.node()),
          .role = wire.role(),
          .leader = NodeId(wire.leader()),
          .term = Term(wire.term()),
          .last_index = LogIndex(wire.last_index()),
          .commit_index = LogIndex(wire.commit_index()),
          .applied_index = LogIndex(wire.applied_index()),
          .log_first_index = LogIndex(wire.log_first_index()),
          .quiet = wire.quiet(),
          .filling = FillOf(wire)};
}

NodeState StateOf(const v1::NodeStatus& wire) {
  NodeState state{.node = DescriptionOf(wire.node()),
                  .reachable = wire.reachable(),
                  .version = wire.version(),
                  .epoch = Epoch(wire.epoch()),
                  .boot = Boot(wire.boot()),
                  .uptime = absl::Milliseconds(wire.uptime_ms()),
                  .replicas = wire.replicas(),
                  .leaders = wire.leaders(),
                  .leaderless = wire.leaderless(),
                  .log_bytes = wire.log_bytes(),
                  .data_bytes = wire.data_bytes(),
                  .hints = wire.hints(),
                  .hint_bytes = wire.hint_bytes(),
                  .details = {},
                  .protocol = wire.protocol(),
                  .protocol_min = wire.protocol_min()};
  for (const auto& replica : wire.details()) state.details.push_back(DescriptionOf(replica));
  for (const auto& skew : wire.skews()) {
    state.skews.push_back(
        {.node = NodeId(skew.node()), .ahead = absl::Microseconds(skew.ahead_us())});
  }
  return state;
}

absl::Duration MicrosOf(uint64_t value) { return absl::Microseconds(static_cast<int64_t>(value)); }

}  // namespace

KeyspaceDescription DescriptionOf(const v1::Keyspace& wire) {
  KeyspaceDescription keyspace{
      .id = KeyspaceId(wire.id()),
      .name = wire.name(),
      .mode = static_cast<Mode>(wire.mode()),
      .replicas = wire.replicas(),
      .default_read = static_cast<Level>(wire.default_read()),
      .default_write = static_cast<Level>(wire.default_write()),
      .default_ladder = DecodeLadder(wire.default_ladder()).value_or(Ladder{}),
      .conflict = static_cast<Conflict>(wire.conflict()),
      .lease_drift_ppm = wire.lease_drift_ppm(),
      .default_ttl = MicrosOf(wire.default_ttl_us()),
      .partitions = {}};
  for (const auto& one : wire.partitions()) keyspace.partitions.push_back(DescriptionOf(one));
  return keyspace;
}

TopologyDescription DescriptionOf(const v1::Topology& wire) {
  TopologyDescription topology{.cluster_id = wire.cluster_id(),
                               .epoch = Epoch(wire.epoch()),
                               .nodes = {},
                               .keyspaces = {},
                               .meta = DescriptionOf(wire.meta()),
                               .protocol = {wire.protocol(), wire.protocol_next()}};
  for (const auto& node : wire.nodes()) topology.nodes.push_back(DescriptionOf(node));
  for (const auto& one : wire.keyspaces()) topology.keyspaces.push_back(DescriptionOf(one));
  return topology;
}

MovePlan PlanOf(const v1::PlanChangeResponse& wire) {
  MovePlan plan{.epoch = Epoch(wire.epoch()),
                .node = NodeId(wire.node()),
                .moves = {},
                .nodes = {},
                .moves_min = wire.moves_min()};
  for (const auto& move : wire.moves()) {
    plan.moves.push_back({.partition = PartitionId(move.partition()),
                          .keyspace = move.keyspace(),
                          .from = NodeId(move.from()),
                          .to = NodeId(move.to()),
                          .bytes = move.bytes()});
  }
  for (const auto& load : wire.nodes()) {
    plan.nodes.push_back(
        {.node = DescriptionOf(load.node()), .before = load.before(), .after = load.after()});
  }
  return plan;
}

KeyspaceState StateOf(const v1::DescribeKeyspaceResponse& wire) {
  KeyspaceState state{
      .keyspace = DescriptionOf(wire.keyspace()), .replicas = {}, .unreachable = {}};
  for (const auto& replica : wire.replicas()) state.replicas.push_back(DescriptionOf(replica));
  for (const uint64_t node : wire.unreachable()) state.unreachable.push_back(NodeId(node));
  return state;
}

ClusterState StateOf(const v1::ClusterStatus& wire) {
  ClusterState state{.cluster_id = wire.cluster_id(),
                     .epoch = Epoch(wire.epoch()),
                     .meta_leader = NodeId(wire.meta_leader()),
                     .nodes = {}};
  for (const auto& node : wire.nodes()) state.nodes.push_back(StateOf(node));
  return state;
}

}  // namespace quorate::client
