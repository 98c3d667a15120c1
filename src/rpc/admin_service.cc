#include "rpc/admin_service.h"

#include <algorithm>
#include <set>
#include <utility>

#include "base/error.h"
#include "base/ladder_codec.h"
#include "base/strings.h"
#include "rpc/convert.h"
#include "rpc/deadline.h"
#include "rpc/explain.h"
#include "rpc/finish.h"
#include "rpc/leader_transfer.h"
#include "rpc/log_level.h"

namespace quorate::rpc {
namespace {

absl::StatusOr<ring::KeyspaceSpec> SpecOf(const v1::CreateKeyspaceRequest& in) {
  ring::KeyspaceSpec spec;
  spec.name = in.name();
  if (in.mode() != v1::MODE_UNSPECIFIED) spec.mode = static_cast<Mode>(in.mode());
  spec.replicas = in.replicas();
  spec.partitions = in.partitions();
  const absl::StatusOr<Level> read = LevelOf(in.default_read());
  if (!read.ok()) return read.status();
  const absl::StatusOr<Level> write = LevelOf(in.default_write());
  if (!write.ok()) return write.status();
  spec.default_read = *read;
  spec.default_write = *write;
  spec.lease_drift_ppm = in.lease_drift_ppm();
  spec.default_ttl_us = in.default_ttl_us();
  auto ladder = DecodeLadder(in.default_ladder());
  if (!ladder.ok()) return ladder.status();
  spec.default_ladder = *std::move(ladder);
  if (!v1::Conflict_IsValid(in.conflict())) {
    return MakeError(absl::StatusCode::kInvalidArgument, "CONFLICT_NOT_SUPPORTED",
                     StrCat("there is no conflict policy number ", int{in.conflict()}));
  }
  spec.conflict = static_cast<Conflict>(in.conflict());
  return spec;
}

absl::StatusOr<ring::KeyspaceChange> ChangeOf(const v1::AlterKeyspaceRequest& in) {
  ring::KeyspaceChange change;
  change.name = in.name();
  if (in.has_default_read()) {
    const absl::StatusOr<Level> read = LevelOf(in.default_read());
    if (!read.ok()) return read.status();
    change.default_read = *read;
  }
  if (in.has_default_write()) {
    const absl::StatusOr<Level> write = LevelOf(in.default_write());
    if (!write.ok()) return write.status();
    change.default_write = *write;
  }
  if (in.has_lease_drift_ppm()) change.lease_drift_ppm = in.lease_drift_ppm();
  if (in.has_default_ttl_us()) change.default_ttl_us = in.default_ttl_us();
  if (in.has_replicas()) change.replicas = in.replicas();
  auto ladder = DecodeLadder(in.default_ladder());
  if (!ladder.ok()) return ladder.status();
  change.default_ladder = *std::move(ladder);
  return change;
}

// Ends a call that made or altered a keyspace.
Node::TopologyFn Tell(grpc::ServerUnaryReactor* reactor, const std::string& name,
                      v1::Keyspace* out) {
  return [reactor, &name, out](absl::StatusOr<ring::SharedTopology> topology) {
    if (!topology.ok()) return Finish(reactor, topology.status());
    if (const ring::KeyspaceInfo* keyspace = (*topology)->FindKeyspace(name)) {
      FillKeyspace(*keyspace, out);
    }
    Finish(reactor, absl::OkStatus());
  };
}

void FillTopology(const ring::Topology& topology, v1::Topology* out) {
  out->ParseFromString(ring::EncodeTopology(topology));
}

// The state of the keyspace's replicas, from what all nodes said.
void FillReplicas(const v1::ClusterStatus& status, v1::DescribeKeyspaceResponse* out) {
  std::set<uint64_t> partitions;
  for (const v1::Partition& partition : out->keyspace().partitions()) {
    partitions.insert(partition.id());
  }
  for (const v1::NodeStatus& node : status.nodes()) {
    if (!node.reachable()) out->add_unreachable(node.node().id());
    for (const v1::ReplicaStatus& replica : node.details()) {
      if (partitions.contains(replica.partition())) *out->add_replicas() = replica;
    }
  }
  std::sort(out->mutable_replicas()->begin(), out->mutable_replicas()->end(),
            [](const v1::ReplicaStatus& a, const v1::ReplicaStatus& b) {
              return std::pair(a.partition(), a.node()) < std::pair(b.partition(), b.node());
            });
}

}  // namespace

AdminService::AdminService(Node& node, Env& env, StatusCollector& collector,
                           const CallMetrics& calls, NodeId self, absl::Duration default_deadline,
                           std::shared_ptr<spdlog::logger> log, FaultSwitch* faults)
    : node_(node),
      env_(env),
      collector_(collector),
      calls_(calls),
      self_(self),
      default_deadline_(default_deadline),
      log_(std::move(log)),
      faults_(faults),
      router_(node) {}

absl::Duration AdminService::HalfOf(absl::Duration deadline) const {
  const absl::Duration now = env_.Monotonic();
  return now + (deadline - now) / 2;
}

grpc::ServerUnaryReactor* AdminService::Timed(grpc::CallbackServerContext* context, Timely then) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  const absl::StatusOr<absl::Duration> deadline = DeadlineOf(*context, env_, default_deadline_);
  if (deadline.ok()) {
    then(reactor, *deadline);
  } else {
    Finish(reactor, deadline.status());
  }
  return reactor;
}

grpc::ServerUnaryReactor* AdminService::WithKeyspace(grpc::CallbackServerContext* context,
                                                     const std::string& name, bool known,
                                                     Found then) {
  return Timed(context, [&](grpc::ServerUnaryReactor* reactor, absl::Duration deadline) {
    auto find = [=, this, name = name, then = std::move(then)](absl::Status refreshed) mutable {
      const absl::StatusOr<Route> route = router_.FindKeyspace(name);
      if (!route.ok()) return Finish(reactor, refreshed.ok() ? route.status() : refreshed);
      std::move(then)(reactor, *route, deadline);
    };
    if (known) return find(absl::OkStatus());
    router_.Refresh(HalfOf(deadline), std::move(find));
  });
}

grpc::ServerUnaryReactor* AdminService::CreateKeyspace(grpc::CallbackServerContext* context,
                                                       const v1::CreateKeyspaceRequest* in,
                                                       v1::Keyspace* out) {
  return Timed(context, [=, this](grpc::ServerUnaryReactor* reactor, absl::Duration deadline) {
    absl::StatusOr<ring::KeyspaceSpec> spec = SpecOf(*in);
    if (!spec.ok()) return Finish(reactor, spec.status());
    node_.CreateKeyspace(*std::move(spec), deadline, Tell(reactor, in->name(), out));
  });
}

grpc::ServerUnaryReactor* AdminService::AlterKeyspace(grpc::CallbackServerContext* context,
                                                      const v1::AlterKeyspaceRequest* in,
                                                      v1::Keyspace* out) {
  return Timed(context, [=, this](grpc::ServerUnaryReactor* reactor, absl::Duration deadline) {
    absl::StatusOr<ring::KeyspaceChange> change = ChangeOf(*in);
    if (!change.ok()) return Finish(reactor, change.status());
    node_.AlterKeyspace(*std::move(change), deadline, Tell(reactor, in->name(), out));
  });
}

grpc::ServerUnaryReactor* AdminService::DropKeyspace(grpc::CallbackServerContext* context,
                                                     const v1::DropKeyspaceRequest* in,
                                                     v1::DropKeyspaceResponse* out) {
  return Timed(context, [=, this](grpc::ServerUnaryReactor* reactor, absl::Duration deadline) {
    node_.DropKeyspace(in->name(), deadline, [reactor, out](auto topology) {
      if (!topology.ok()) return Finish(reactor, topology.status());
      out->set_epoch((*topology)->epoch.value());
      Finish(reactor, absl::OkStatus());
    });
  });
}

grpc::ServerUnaryReactor* AdminService::ListKeyspaces(grpc::CallbackServerContext* context,
                                                      const v1::ListKeyspacesRequest*,
                                                      v1::ListKeyspacesResponse* out) {
  return Timed(context, [=, this](grpc::ServerUnaryReactor* reactor, absl::Duration deadline) {
    router_.Refresh(HalfOf(deadline), [this, reactor, out](absl::Status) {
      const auto topology = node_.topology();
      out->set_epoch(topology->epoch.value());
      for (const auto& [name, keyspace] : topology->keyspaces) {
        FillKeyspace(keyspace, out->add_keyspaces());
      }
      Finish(reactor, absl::OkStatus());
    });
  });
}

grpc::ServerUnaryReactor* AdminService::DescribeKeyspace(grpc::CallbackServerContext* context,
                                                         const v1::DescribeKeyspaceRequest* in,
                                                         v1::DescribeKeyspaceResponse* out) {
  return WithKeyspace(
      context, in->name(), /*known=*/false,
      [=, this](grpc::ServerUnaryReactor* reactor, const Route& route, absl::Duration deadline) {
        FillKeyspace(*route.keyspace, out->mutable_keyspace());
        collector_.Cluster(deadline, [reactor, out](v1::ClusterStatus status) {
          FillReplicas(status, out);
          Finish(reactor, absl::OkStatus());
        });
      });
}

grpc::ServerUnaryReactor* AdminService::GetTopology(grpc::CallbackServerContext* context,
                                                    const v1::GetTopologyRequest* in,
                                                    v1::Topology* out) {
  return Timed(context, [=, this](grpc::ServerUnaryReactor* reactor, absl::Duration) {
    const auto topology = node_.topology();
    if (in->newer_than() == 0 || topology->epoch.value() > in->newer_than()) {
      FillTopology(*topology, out);
    } else {
      out->set_epoch(topology->epoch.value());
    }
    Finish(reactor, absl::OkStatus());
  });
}

grpc::ServerUnaryReactor* AdminService::GetStatus(grpc::CallbackServerContext* context,
                                                  const v1::GetStatusRequest* in,
                                                  v1::ClusterStatus* out) {
  return Timed(context, [=, this](grpc::ServerUnaryReactor* reactor, absl::Duration deadline) {
    auto done = [reactor, out](v1::ClusterStatus status) {
      *out = std::move(status);
      Finish(reactor, absl::OkStatus());
    };
    if (in->local()) return collector_.Local(std::move(done));
    collector_.Cluster(deadline, std::move(done));
  });
}

grpc::ServerUnaryReactor* AdminService::TransferLeader(grpc::CallbackServerContext* context,
                                                       const v1::TransferLeaderRequest* in,
                                                       v1::TransferLeaderResponse* out) {
  return Timed(context, [=, this](grpc::ServerUnaryReactor* reactor, absl::Duration deadline) {
    const PartitionId partition(in->partition());
    if (node_.topology()->FindPartition(partition) == nullptr) {
      return Finish(reactor, MakeError(absl::StatusCode::kNotFound, "PARTITION_NOT_FOUND",
                                       StrCat("there is no partition ", in->partition(),
                                              "; kvctl cluster topology lists all")));
    }
    const bool relayed = context->client_metadata().contains(kRelayedMetadata);
    TransferLeadership(node_, env_, collector_, self_, partition, NodeId(in->to()), relayed,
                       deadline, [reactor, out](absl::StatusOr<NodeId> leader) {
                         if (!leader.ok()) return Finish(reactor, leader.status());
                         out->set_leader(leader->value());
                         Finish(reactor, absl::OkStatus());
                       });
  });
}

grpc::ServerUnaryReactor* AdminService::Explain(grpc::CallbackServerContext* context,
                                                const v1::ExplainRequest* in,
                                                v1::ExplainResponse* out) {
  return WithKeyspace(
      context, in->keyspace(), /*known=*/false,
      [=, this](grpc::ServerUnaryReactor* reactor, const Route& route, absl::Duration) {
        out->set_node(self_.value());
        node_.RoundTrips([=, this](const quorum::RoundTrips& measured) {
          Finish(reactor,
                 FillExplanation(*route.topology, *route.keyspace, *in, calls_, measured, out));
        });
      });
}

grpc::ServerUnaryReactor* AdminService::SetLogLevel(grpc::CallbackServerContext* context,
                                                    const v1::SetLogLevelRequest* in,
                                                    v1::SetLogLevelResponse* out) {
  return Timed(context, [=, this](grpc::ServerUnaryReactor* reactor, absl::Duration) {
    const absl::Status changed = ChangeLogLevel(*log_, in->level());
    if (changed.ok()) out->set_level(LogLevelOf(*log_));
    Finish(reactor, changed);
  });
}

grpc::ServerUnaryReactor* AdminService::SetFaults(grpc::CallbackServerContext* context,
                                                  const v1::SetFaultsRequest* in,
                                                  v1::SetFaultsResponse*) {
  return Timed(context, [=, this](grpc::ServerUnaryReactor* reactor, absl::Duration) {
    if (faults_ == nullptr) {
      return Finish(reactor, MakeError(absl::StatusCode::kFailedPrecondition, "FAULT_SWITCH_OFF",
                                       StrCat(self_.ToString(),
                                              " takes part in no drills: it was started without "
                                              "--fault-switch")));
    }
    std::set<NodeId> nodes;
    for (uint64_t id : in->cut_off()) nodes.insert(NodeId(id));
    log_->warn("fault switch: cut off from {} nodes", nodes.size());
    faults_->CutOff(std::move(nodes));
    Finish(reactor, absl::OkStatus());
  });
}

}  // namespace quorate::rpc
