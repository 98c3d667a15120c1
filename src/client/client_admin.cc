#include <utility>

#include "base/ladder_codec.h"
#include "client/admin_call.h"
#include "client/client.h"
#include "client/convert.h"
#include "client/refresh.h"

namespace quorate {
namespace {

using client::Async;
using client::CallAdmin;

template <class Request>
Request Named(std::string name) {
  Request request;
  request.set_name(std::move(name));
  return request;
}

}  // namespace

absl::StatusOr<KeyspaceDescription> Client::CreateKeyspace(std::string name,
                                                           KeyspaceOptions keyspace,
                                                           AdminOptions options) {
  auto request = Named<v1::CreateKeyspaceRequest>(std::move(name));
  request.set_mode(client::ToWire(keyspace.mode));
  request.set_replicas(keyspace.replicas);
  request.set_partitions(keyspace.partitions);
  request.set_default_read(client::ToWire(keyspace.default_read));
  request.set_default_write(client::ToWire(keyspace.default_write));
  request.set_lease_drift_ppm(keyspace.lease_drift_ppm);
  request.set_default_ttl_us(client::TtlToWire(keyspace.default_ttl));
  request.set_conflict(static_cast<v1::Conflict>(keyspace.conflict));
  EncodeLadder(keyspace.default_ladder, *request.mutable_default_ladder());
  auto created = CallAdmin<v1::CreateKeyspaceRequest, v1::Keyspace>(
      handle_->core(), std::move(request), &Async::CreateKeyspace, /*write=*/true, options);
  if (!created.ok()) return created.status();
  client::RefreshTopology(handle_->core());
  return client::DescriptionOf(*created);
}

absl::StatusOr<KeyspaceDescription> Client::AlterKeyspace(std::string name, KeyspaceChange change,
                                                          AdminOptions options) {
  auto request = Named<v1::AlterKeyspaceRequest>(std::move(name));
  if (change.default_read) request.set_default_read(client::ToWire(*change.default_read));
  if (change.default_write) request.set_default_write(client::ToWire(*change.default_write));
  if (change.lease_drift_ppm) request.set_lease_drift_ppm(*change.lease_drift_ppm);
  if (change.default_ttl) request.set_default_ttl_us(client::TtlToWire(*change.default_ttl));
  if (change.replicas) request.set_replicas(*change.replicas);
  EncodeLadder(change.default_ladder, *request.mutable_default_ladder());
  auto altered = CallAdmin<v1::AlterKeyspaceRequest, v1::Keyspace>(
      handle_->core(), std::move(request), &Async::AlterKeyspace, /*write=*/true, options);
  if (!altered.ok()) return altered.status();
  client::RefreshTopology(handle_->core());
  return client::DescriptionOf(*altered);
}

absl::StatusOr<Epoch> Client::DropKeyspace(std::string name, AdminOptions options) {
  auto dropped = CallAdmin<v1::DropKeyspaceRequest, v1::DropKeyspaceResponse>(
      handle_->core(), Named<v1::DropKeyspaceRequest>(std::move(name)), &Async::DropKeyspace,
      /*write=*/true, options);
  if (!dropped.ok()) return dropped.status();
  client::RefreshTopology(handle_->core());
  return Epoch(dropped->epoch());
}

absl::StatusOr<std::vector<KeyspaceDescription>> Client::ListKeyspaces(AdminOptions options) {
  auto listed = CallAdmin<v1::ListKeyspacesRequest, v1::ListKeyspacesResponse>(
      handle_->core(), {}, &Async::ListKeyspaces, /*write=*/false, options);
  if (!listed.ok()) return listed.status();
  std::vector<KeyspaceDescription> keyspaces;
  for (const auto& one : listed->keyspaces()) keyspaces.push_back(client::DescriptionOf(one));
  return keyspaces;
}

absl::StatusOr<KeyspaceState> Client::DescribeKeyspace(std::string name, AdminOptions options) {
  auto described = CallAdmin<v1::DescribeKeyspaceRequest, v1::DescribeKeyspaceResponse>(
      handle_->core(), Named<v1::DescribeKeyspaceRequest>(std::move(name)),
      &Async::DescribeKeyspace, /*write=*/false, options);
  if (!described.ok()) return described.status();
  return client::StateOf(*described);
}

absl::StatusOr<TopologyDescription> Client::Topology(AdminOptions options) {
  auto topology = CallAdmin<v1::GetTopologyRequest, v1::Topology>(
      handle_->core(), {}, &Async::GetTopology, /*write=*/false, options);
  if (!topology.ok()) return topology.status();
  return client::DescriptionOf(*topology);
}

absl::StatusOr<ClusterState> Client::Status(AdminOptions options) {
  auto status = CallAdmin<v1::GetStatusRequest, v1::ClusterStatus>(
      handle_->core(), {}, &Async::GetStatus, /*write=*/false, options);
  if (!status.ok()) return status.status();
  return client::StateOf(*status);
}

absl::StatusOr<Explanation> Client::Explain(std::string keyspace, Level read, Level write,
                                            AdminOptions options) {
  v1::ExplainRequest request;
  request.set_keyspace(std::move(keyspace));
  request.set_read(client::ToWire(read));
  request.set_write(client::ToWire(write));
  auto explained = CallAdmin<v1::ExplainRequest, v1::ExplainResponse>(
      handle_->core(), std::move(request), &Async::Explain, /*write=*/false, options);
  if (!explained.ok()) return explained.status();
  return client::ExplanationOf(*explained);
}

namespace {

absl::StatusOr<Epoch> LetGo(client::Core& core, NodeId node, bool only_dead, AdminOptions options) {
  v1::DecommissionNodeRequest request;
  request.set_node(node.value());
  request.set_only_dead(only_dead);
  auto leaving = CallAdmin<v1::DecommissionNodeRequest, v1::DecommissionNodeResponse>(
      core, std::move(request), &Async::DecommissionNode, /*write=*/true, options);
  if (!leaving.ok()) return leaving.status();
  client::RefreshTopology(core);
  return Epoch(leaving->epoch());
}

absl::StatusOr<MovePlan> Plan(client::Core& core, v1::PlanChangeRequest request,
                              AdminOptions options) {
  auto plan = CallAdmin<v1::PlanChangeRequest, v1::PlanChangeResponse>(
      core, std::move(request), &Async::PlanChange, /*write=*/false, options);
  if (!plan.ok()) return plan.status();
  return client::PlanOf(*plan);
}

}  // namespace

absl::StatusOr<MovePlan> Client::PlanToAdd(std::string zone, uint32_t weight,
                                           AdminOptions options) {
  v1::PlanChangeRequest request;
  request.mutable_add()->set_zone(std::move(zone));
  request.mutable_add()->set_weight(weight);
  return Plan(handle_->core(), std::move(request), options);
}

absl::StatusOr<MovePlan> Client::PlanToDecommission(NodeId node, AdminOptions options) {
  v1::PlanChangeRequest request;
  request.set_leave(node.value());
  return Plan(handle_->core(), std::move(request), options);
}

absl::StatusOr<Epoch> Client::DecommissionNode(NodeId node, AdminOptions options) {
  return LetGo(handle_->core(), node, /*only_dead=*/false, options);
}

absl::StatusOr<Epoch> Client::ReplaceNode(NodeId node, AdminOptions options) {
  return LetGo(handle_->core(), node, /*only_dead=*/true, options);
}

absl::StatusOr<ProtocolDescription> Client::RaiseProtocol(AdminOptions options) {
  auto raised = CallAdmin<v1::RaiseProtocolRequest, v1::RaiseProtocolResponse>(
      handle_->core(), {}, &Async::RaiseProtocol, /*write=*/true, options);
  if (!raised.ok()) return raised.status();
  return ProtocolDescription{raised->protocol(), raised->protocol_next()};
}

absl::StatusOr<NodeId> Client::TransferLeader(PartitionId partition, NodeId to,
                                              AdminOptions options) {
  v1::TransferLeaderRequest request;
  request.set_partition(partition.value());
  request.set_to(to.value());
  auto moved = CallAdmin<v1::TransferLeaderRequest, v1::TransferLeaderResponse>(
      handle_->core(), std::move(request), &Async::TransferLeader, /*write=*/true, options);
  if (!moved.ok()) return moved.status();
  return NodeId(moved->leader());
}

}  // namespace quorate
