// Nodes that come and go.
#include <algorithm>
#include <map>
#include <utility>

#include "base/error.h"
#include "base/protocol_version.h"
#include "base/strings.h"
#include "ring/move_plan.h"
#include "ring/moves.h"
#include "rpc/admin_service.h"
#include "rpc/convert.h"
#include "rpc/finish.h"
#include "rpc/join_door.h"

namespace quorate::rpc {
namespace {

constexpr absl::Duration kFindMax = absl::Seconds(2);

ring::NodeInfo NodeOf(const v1::Node& in) {
  return {NodeId(in.id()), in.client_address(), in.peer_address(), in.zone(), in.weight(),
          false,           in.join_token()};
}

ProtocolRange SpeaksOf(const v1::AddNodeRequest& in) {
  return {in.protocol_version_min(), in.protocol_version()};
}

// What can be said without anybody else.
absl::Status CheckAsks(const v1::AddNodeRequest& in, const ring::Topology& topology) {
  const std::string who = StrCat("the node at ", in.node().client_address());
  absl::Status protocol = CheckProtocol(who, SpeaksOf(in), topology.protocol);
  if (!protocol.ok()) return protocol;
  if (!in.cluster_id().empty() && in.cluster_id() != topology.cluster_id) {
    return MakeError(absl::StatusCode::kFailedPrecondition, "FOREIGN_CLUSTER",
                     StrCat(who, " wants to join cluster \"", in.cluster_id(), "\", and this is \"",
                            topology.cluster_id,
                            "\": name a node of the other one with --join, "
                            "or leave --cluster-id out"));
  }
  if (in.node().client_address().empty() || in.node().peer_address().empty() ||
      in.node().join_token() == 0) {
    return MakeError(absl::StatusCode::kInvalidArgument, "BAD_VALUE",
                     "a node joins with its two addresses and a token: start it with kvd --join");
  }
  return absl::OkStatus();
}

absl::Status Alive(NodeId node, std::string_view how) {
  return MakeError(absl::StatusCode::kFailedPrecondition, "NODE_ALIVE",
                   StrCat(node.ToString(), " ", how, ", and only a node that is gone is replaced: ",
                          "kvctl node decommission ", node.ToString(),
                          " empties it first and then lets it go; or stop it for good"));
}

// About the bytes of one replica, on each node: all it has, by the number of replicas.
std::map<uint64_t, uint64_t> BytesOfReplicas(const v1::ClusterStatus& status) {
  std::map<uint64_t, uint64_t> bytes;
  for (const v1::NodeStatus& node : status.nodes()) {
    if (node.replicas() > 0) bytes[node.node().id()] = node.data_bytes() / node.replicas();
  }
  return bytes;
}

void FillPlan(const ring::MovePlan& plan, const v1::ClusterStatus& status,
              v1::PlanChangeResponse* out) {
  const std::map<uint64_t, uint64_t> bytes = BytesOfReplicas(status);
  for (const ring::PlannedMove& move : plan.moves) {
    v1::PlannedMove* one = out->add_moves();
    one->set_partition(move.partition.value());
    one->set_keyspace(move.keyspace);
    one->set_from(move.from.value());
    one->set_to(move.to.value());
    const auto it = bytes.find(move.from.value());
    if (it != bytes.end()) one->set_bytes(it->second);
  }
  for (const ring::PlannedLoad& load : plan.loads) {
    v1::PlannedLoad* one = out->add_nodes();
    FillNode(load.node, one->mutable_node());
    one->set_before(load.before);
    one->set_after(load.after);
  }
  out->set_moves_min(plan.moves_min);
}

}  // namespace

grpc::ServerUnaryReactor* AdminService::AddNode(grpc::CallbackServerContext* context,
                                                const v1::AddNodeRequest* in,
                                                v1::AddNodeResponse* out) {
  return Timed(context, [=, this](grpc::ServerUnaryReactor* reactor, absl::Duration deadline) {
    const absl::Status fit = CheckAsks(*in, *node_.topology());
    if (!fit.ok()) return Finish(reactor, fit);
    const ring::NodeInfo node = NodeOf(in->node());
    // Before anybody is looked for: what would be refused anyway.
    auto tried = ring::WithNode(*node_.topology(), node);
    if (!tried.ok()) return Finish(reactor, tried.status());
    const absl::Duration patience = std::min(kFindMax, (deadline - env_.Monotonic()) / 4);
    FindJoiner(self_, node, patience, [=, this](const absl::Status& found) {
      if (!found.ok()) return Finish(reactor, found);
      node_.AddNode(node, SpeaksOf(*in), deadline,
                    [=, this](absl::StatusOr<ring::SharedTopology> topology) {
                      if (!topology.ok()) return Finish(reactor, topology.status());
                      for (const ring::NodeInfo& one : (*topology)->nodes) {
                        if (ring::JoinedAs(one, node)) out->set_node(one.id.value());
                      }
                      out->mutable_topology()->ParseFromString(ring::EncodeTopology(**topology));
                      log_->info("n{} joins at {}", out->node(), node.client_address);
                      Finish(reactor, absl::OkStatus());
                    });
    });
  });
}

grpc::ServerUnaryReactor* AdminService::DecommissionNode(grpc::CallbackServerContext* context,
                                                         const v1::DecommissionNodeRequest* in,
                                                         v1::DecommissionNodeResponse* out) {
  return Timed(context, [=, this](grpc::ServerUnaryReactor* reactor, absl::Duration deadline) {
    const NodeId node(in->node());
    auto leave = [=, this](const absl::Status& may) {
      if (!may.ok()) return Finish(reactor, may);
      node_.DecommissionNode(node, deadline, [=, this](absl::StatusOr<ring::SharedTopology> now) {
        if (!now.ok()) return Finish(reactor, now.status());
        out->set_epoch((*now)->epoch.value());
        log_->info("{} is to leave", node.ToString());
        Finish(reactor, absl::OkStatus());
      });
    };
    if (!in->only_dead()) return leave(absl::OkStatus());
    CheckDead(node, HalfOf(deadline), std::move(leave));
  });
}

grpc::ServerUnaryReactor* AdminService::RaiseProtocol(grpc::CallbackServerContext* context,
                                                      const v1::RaiseProtocolRequest*,
                                                      v1::RaiseProtocolResponse* out) {
  return Timed(context, [=, this](grpc::ServerUnaryReactor* reactor, absl::Duration deadline) {
    node_.RaiseProtocol(deadline, [=, this](absl::StatusOr<ring::SharedTopology> now) {
      if (!now.ok()) return Finish(reactor, now.status());
      const ClusterProtocol protocol = (*now)->protocol;
      out->set_epoch((*now)->epoch.value());
      out->set_protocol(protocol.active);
      out->set_protocol_next(protocol.next);
      if (protocol.raising()) {
        log_->info("the cluster's protocol is being raised from {} to {}", protocol.active,
                   protocol.next);
      }
      Finish(reactor, absl::OkStatus());
    });
  });
}

grpc::ServerUnaryReactor* AdminService::PlanChange(grpc::CallbackServerContext* context,
                                                   const v1::PlanChangeRequest* in,
                                                   v1::PlanChangeResponse* out) {
  return Timed(context, [=, this](grpc::ServerUnaryReactor* reactor, absl::Duration deadline) {
    router_.Refresh(HalfOf(deadline), [=, this](absl::Status) {
      const auto now = node_.topology();
      const auto after = in->leave() != 0 ? ring::WithNodeLeaving(*now, NodeId(in->leave()))
                                          : ring::WithNode(*now, NodeOf(in->add()));
      if (!after.ok()) return Finish(reactor, after.status());
      out->set_epoch(now->epoch.value());
      out->set_node(in->leave() != 0 ? in->leave() : after->nodes.back().id.value());
      const ring::MovePlan plan = ring::ComputePlan(*now, *after);
      collector_.Cluster(deadline, [=](const v1::ClusterStatus& status) {
        FillPlan(plan, status, out);
        Finish(reactor, absl::OkStatus());
      });
    });
  });
}

// By the frames that come here, and by an answer to a question.
void AdminService::CheckDead(NodeId node, absl::Duration deadline,
                             absl::AnyInvocable<void(absl::Status) &&> done) {
  if (node == self_) return std::move(done)(Alive(node, "is the node that was asked"));
  if (node_.topology()->FindNode(node) == nullptr) return std::move(done)(absl::OkStatus());
  node_.Report([=, this, done = std::move(done)](const NodeStatusReport& report) mutable {
    const auto& silent = report.unreachable;
    if (std::find(silent.begin(), silent.end(), node) == silent.end()) {
      return std::move(done)(Alive(node, StrCat("can be heard of at ", self_.ToString())));
    }
    collector_.Cluster(deadline, [=, done = std::move(done)](v1::ClusterStatus status) mutable {
      for (const v1::NodeStatus& one : status.nodes()) {
        if (one.node().id() == node.value() && one.reachable()) {
          return std::move(done)(Alive(node, "answers"));
        }
      }
      std::move(done)(absl::OkStatus());
    });
  });
}

}  // namespace quorate::rpc
