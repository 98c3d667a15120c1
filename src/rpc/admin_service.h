// Keyspaces, topology and status over gRPC's callback API.
#pragma once

#include <spdlog/logger.h>

#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "absl/functional/function_ref.h"
#include "base/env.h"
#include "node/node.h"
#include "quorate/v1/admin.grpc.pb.h"
#include "rpc/call_metrics.h"
#include "rpc/fault_switch.h"
#include "rpc/router.h"
#include "rpc/status_collector.h"

namespace quorate::rpc {

class AdminService final : public v1::Admin::CallbackService {
 public:
  // All must outlive the server that this service is registered with. `faults`:
  // null where they are not to be had.
  AdminService(Node& node, Env& env, StatusCollector& collector, const CallMetrics& calls,
               NodeId self, absl::Duration default_deadline, std::shared_ptr<spdlog::logger> log,
               FaultSwitch* faults);

  grpc::ServerUnaryReactor* CreateKeyspace(grpc::CallbackServerContext* context,
                                           const v1::CreateKeyspaceRequest* in,
                                           v1::Keyspace* out) override;
  grpc::ServerUnaryReactor* AlterKeyspace(grpc::CallbackServerContext* context,
                                          const v1::AlterKeyspaceRequest* in,
                                          v1::Keyspace* out) override;
  grpc::ServerUnaryReactor* DropKeyspace(grpc::CallbackServerContext* context,
                                         const v1::DropKeyspaceRequest* in,
                                         v1::DropKeyspaceResponse* out) override;
  // The three that look something up answer with the newest the meta group
  // has, or, if that can't be asked, with what this node knows.
  grpc::ServerUnaryReactor* ListKeyspaces(grpc::CallbackServerContext* context,
                                          const v1::ListKeyspacesRequest* in,
                                          v1::ListKeyspacesResponse* out) override;
  grpc::ServerUnaryReactor* DescribeKeyspace(grpc::CallbackServerContext* context,
                                             const v1::DescribeKeyspaceRequest* in,
                                             v1::DescribeKeyspaceResponse* out) override;
  // What this node knows; only the epoch if that isn't newer than asked for.
  grpc::ServerUnaryReactor* GetTopology(grpc::CallbackServerContext* context,
                                        const v1::GetTopologyRequest* in,
                                        v1::Topology* out) override;
  grpc::ServerUnaryReactor* GetStatus(grpc::CallbackServerContext* context,
                                      const v1::GetStatusRequest* in,
                                      v1::ClusterStatus* out) override;
  grpc::ServerUnaryReactor* TransferLeader(grpc::CallbackServerContext* context,
                                           const v1::TransferLeaderRequest* in,
                                           v1::TransferLeaderResponse* out) override;
  // Likewise of the newest topology.
  grpc::ServerUnaryReactor* Explain(grpc::CallbackServerContext* context,
                                    const v1::ExplainRequest* in,
                                    v1::ExplainResponse* out) override;
  // Of the logger it was given, at once; lasts as long as the process.
  grpc::ServerUnaryReactor* SetLogLevel(grpc::CallbackServerContext* context,
                                        const v1::SetLogLevelRequest* in,
                                        v1::SetLogLevelResponse* out) override;
  grpc::ServerUnaryReactor* SetFaults(grpc::CallbackServerContext* context,
                                      const v1::SetFaultsRequest* in,
                                      v1::SetFaultsResponse* out) override;

  // --- admin_members.cc ---
  grpc::ServerUnaryReactor* AddNode(grpc::CallbackServerContext* context,
                                    const v1::AddNodeRequest* in,
                                    v1::AddNodeResponse* out) override;
  grpc::ServerUnaryReactor* DecommissionNode(grpc::CallbackServerContext* context,
                                             const v1::DecommissionNodeRequest* in,
                                             v1::DecommissionNodeResponse* out) override;
  grpc::ServerUnaryReactor* RaiseProtocol(grpc::CallbackServerContext* context,
                                          const v1::RaiseProtocolRequest* in,
                                          v1::RaiseProtocolResponse* out) override;
  grpc::ServerUnaryReactor* PlanChange(grpc::CallbackServerContext* context,
                                       const v1::PlanChangeRequest* in,
                                       v1::PlanChangeResponse* out) override;

  // --- admin_insight.cc: what replicas know and hold, from those who hold it ---
  grpc::ServerUnaryReactor* GetLag(grpc::CallbackServerContext* context,
                                   const v1::GetLagRequest* in, v1::GetLagResponse* out) override;
  grpc::ServerUnaryReactor* ListConflicts(grpc::CallbackServerContext* context,
                                          const v1::ListConflictsRequest* in,
                                          v1::ListConflictsResponse* out) override;
  grpc::ServerUnaryReactor* RestoreConflict(grpc::CallbackServerContext* context,
                                            const v1::RestoreConflictRequest* in,
                                            v1::RestoreConflictResponse* out) override;
  grpc::ServerUnaryReactor* InspectKey(grpc::CallbackServerContext* context,
                                       const v1::InspectKeyRequest* in,
                                       v1::InspectKeyResponse* out) override;

 private:
  using Timely = absl::FunctionRef<void(grpc::ServerUnaryReactor*, absl::Duration deadline)>;
  // Calls `then`, unless the deadline has passed.
  grpc::ServerUnaryReactor* Timed(grpc::CallbackServerContext* context, Timely then);

  using Found =
      absl::AnyInvocable<void(grpc::ServerUnaryReactor*, const Route&, absl::Duration deadline) &&>;
  // Calls `then` with the keyspace as the newest topology has it; `known`: as
  // this node knows it.
  grpc::ServerUnaryReactor* WithKeyspace(grpc::CallbackServerContext* context,
                                         const std::string& name, bool known, Found then);

  // FAILED_PRECONDITION, NODE_ALIVE: it can be heard of.
  void CheckDead(NodeId node, absl::Duration deadline,
                 absl::AnyInvocable<void(absl::Status) &&> done);

  // Leaves time to answer without what was waited for.
  absl::Duration HalfOf(absl::Duration deadline) const;

  Node& node_;
  Env& env_;
  StatusCollector& collector_;
  const CallMetrics& calls_;
  const NodeId self_;
  const absl::Duration default_deadline_;
  const std::shared_ptr<spdlog::logger> log_;
  FaultSwitch* const faults_;
  Router router_;
};

}  // namespace quorate::rpc
