// Topology as a quorate.v1.Topology and back. What comes in is checked as far
// as others rely on it, for it may come from a peer.
#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/ladder_codec.h"
#include "base/limits.h"
#include "base/strings.h"
#include "quorate/v1/admin.pb.h"
#include "ring/topology.h"

namespace quorate::ring {
namespace {

absl::Status Malformed(std::string_view what) {
  return MakeError(
      absl::StatusCode::kInvalidArgument, "MALFORMED_TOPOLOGY",
      StrCat("a topology ", what, "; it comes from a newer build or was damaged on its way"));
}

void Encode(const PartitionInfo& partition, v1::Partition& out) {
  out.set_id(partition.id.value());
  for (NodeId node : partition.replicas) out.add_replicas(node.value());
  for (NodeId node : partition.target) out.add_target(node.value());
  out.set_joining(partition.joining.value());
  out.set_leaving(partition.leaving.value());
  out.set_moving_since(partition.moving_since.value());
  out.set_changed(partition.changed.value());
  for (NodeId node : partition.abandoned) out.add_abandoned(node.value());
  for (const auto& [node, epoch] : partition.joined) {
    v1::Joined* joined = out.add_joined();
    joined->set_node(node.value());
    joined->set_epoch(epoch.value());
  }
}

void Encode(const NodeInfo& node, v1::Node& out) {
  out.set_id(node.id.value());
  out.set_client_address(node.client_address);
  out.set_peer_address(node.peer_address);
  out.set_zone(node.zone);
  out.set_weight(node.weight);
  out.set_leaving(node.leaving);
  out.set_join_token(node.join_token);
  out.set_lost(node.lost);
}

void Encode(const KeyspaceInfo& keyspace, v1::Keyspace& out) {
  out.set_id(keyspace.id.value());
  out.set_name(keyspace.name);
  out.set_mode(static_cast<v1::Mode>(keyspace.mode));
  out.set_replicas(keyspace.replicas);
  out.set_default_read(static_cast<v1::Level>(keyspace.default_read));
  out.set_default_write(static_cast<v1::Level>(keyspace.default_write));
  out.set_lease_drift_ppm(keyspace.lease_drift_ppm);
  out.set_default_ttl_us(keyspace.default_ttl_us);
  out.set_conflict(static_cast<v1::Conflict>(keyspace.conflict));
  EncodeLadder(keyspace.default_ladder, *out.mutable_default_ladder());
  for (const PartitionInfo& partition : keyspace.partitions) {
    Encode(partition, *out.add_partitions());
  }
}

PartitionInfo Decode(const v1::Partition& in) {
  PartitionInfo partition;
  partition.id = PartitionId(in.id());
  for (uint64_t node : in.replicas()) partition.replicas.emplace_back(node);
  for (uint64_t node : in.target()) partition.target.emplace_back(node);
  partition.joining = NodeId(in.joining());
  partition.leaving = NodeId(in.leaving());
  partition.moving_since = Epoch(in.moving_since());
  partition.changed = Epoch(in.changed());
  for (uint64_t node : in.abandoned()) partition.abandoned.insert(NodeId(node));
  for (const v1::Joined& joined : in.joined()) {
    partition.joined.emplace(joined.node(), joined.epoch());
  }
  return partition;
}

NodeInfo Decode(const v1::Node& in) {
  return {NodeId(in.id()), in.client_address(), in.peer_address(), in.zone(),
          in.weight(),     in.leaving(),        in.join_token(),   in.lost()};
}

KeyspaceInfo Decode(const v1::Keyspace& in) {
  KeyspaceInfo keyspace;
  keyspace.id = KeyspaceId(in.id());
  keyspace.name = in.name();
  keyspace.mode = static_cast<Mode>(in.mode());
  keyspace.replicas = in.replicas();
  keyspace.default_read = static_cast<Level>(in.default_read());
  keyspace.default_write = static_cast<Level>(in.default_write());
  keyspace.lease_drift_ppm = in.lease_drift_ppm();
  keyspace.default_ttl_us = in.default_ttl_us();
  keyspace.conflict = static_cast<Conflict>(in.conflict());
  keyspace.default_ladder = *DecodeLadder(in.default_ladder());
  for (const v1::Partition& partition : in.partitions()) {
    keyspace.partitions.push_back(Decode(partition));
  }
  return keyspace;
}

absl::Status CheckKeyspace(const v1::Keyspace& in) {
  if (in.partitions().empty()) return Malformed(StrCat("has no partitions of ", in.name()));
  if (in.mode() != v1::MODE_RAFT && in.mode() != v1::MODE_QUORUM) {
    return Malformed(StrCat("says mode ", int{in.mode()}, " of ", in.name()));
  }
  for (v1::Level level : {in.default_read(), in.default_write()}) {
    if (level < 0 || level > static_cast<int>(Level::kLinearizable)) {
      return Malformed(StrCat("says level ", int{level}, " of ", in.name()));
    }
  }
  if (!v1::Conflict_IsValid(in.conflict())) {
    return Malformed(StrCat("says conflict policy ", int{in.conflict()}, " of ", in.name()));
  }
  if (const auto ladder = DecodeLadder(in.default_ladder()); !ladder.ok()) {
    return Malformed(StrCat("says of ", in.name(), ": ", ToStd(ladder.status().message())));
  }
  if (in.lease_drift_ppm() > limits::kLeaseDriftPpmMax) {
    return Malformed(StrCat("says a drift of ", in.lease_drift_ppm(), " ppm of ", in.name()));
  }
  return absl::OkStatus();
}

}  // namespace

std::string EncodeTopology(const Topology& topology) {
  v1::Topology out;
  out.set_cluster_id(topology.cluster_id);
  out.set_epoch(topology.epoch.value());
  for (const NodeInfo& node : topology.nodes) Encode(node, *out.add_nodes());
  for (const auto& [name, keyspace] : topology.keyspaces) Encode(keyspace, *out.add_keyspaces());
  for (const DroppedKeyspace& dropped : topology.dropped) {
    v1::DroppedKeyspace* one = out.add_dropped();
    one->set_name(dropped.name);
    one->set_first_partition(dropped.first.value());
    one->set_last_partition(dropped.last.value());
  }
  for (const DepartedNode& departed : topology.departed) {
    v1::DepartedNode* one = out.add_departed();
    one->set_id(departed.id.value());
    one->set_peer_address(departed.peer_address);
  }
  Encode(topology.meta, *out.mutable_meta());
  out.set_next_partition_id(topology.next_partition_id);
  out.set_next_keyspace_id(topology.next_keyspace_id);
  out.set_next_node_id(topology.next_node_id);
  out.set_protocol(topology.protocol.active);
  out.set_protocol_next(topology.protocol.next);
  return out.SerializeAsString();
}

absl::StatusOr<Topology> DecodeTopology(std::string_view bytes) {
  v1::Topology in;
  if (!in.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return Malformed(StrCat("of ", bytes.size(), " bytes cannot be read"));
  }
  Topology topology;
  topology.cluster_id = in.cluster_id();
  topology.epoch = Epoch(in.epoch());
  for (const v1::Node& node : in.nodes()) {
    if (!topology.nodes.empty() && NodeId(node.id()) <= topology.nodes.back().id) {
      return Malformed(StrCat("has its nodes out of order at ", node.id()));
    }
    topology.nodes.push_back(Decode(node));
  }
  for (const v1::Keyspace& keyspace : in.keyspaces()) {
    absl::Status status = CheckKeyspace(keyspace);
    if (!status.ok()) return status;
    if (!topology.keyspaces.emplace(keyspace.name(), Decode(keyspace)).second) {
      return Malformed(StrCat("has keyspace ", keyspace.name(), " twice"));
    }
  }
  for (const v1::DroppedKeyspace& dropped : in.dropped()) {
    topology.dropped.push_back({dropped.name(), PartitionId(dropped.first_partition()),
                                PartitionId(dropped.last_partition())});
  }
  for (const v1::DepartedNode& departed : in.departed()) {
    topology.departed.push_back({NodeId(departed.id()), departed.peer_address()});
  }
  topology.meta = Decode(in.meta());
  topology.next_partition_id = in.next_partition_id();
  topology.next_keyspace_id = in.next_keyspace_id();
  // Of a build in which no node ever came.
  topology.next_node_id = std::max<uint64_t>(
      in.next_node_id(), topology.nodes.empty() ? 1 : topology.nodes.back().id.value() + 1);
  // Of a build that had but one.
  topology.protocol = {std::max<uint32_t>(in.protocol(), 1), in.protocol_next()};
  return topology;
}

}  // namespace quorate::ring
