#include "rpc/status_collector.h"

#include <grpcpp/create_channel.h>

#include <utility>

#include "base/version.h"
#include "rpc/ask_nodes.h"
#include "rpc/convert.h"

namespace quorate::rpc {
namespace {

// The meta group's leader as most recently heard of.
uint64_t MetaLeader(const v1::ClusterStatus& status) {
  uint64_t term = 0;
  uint64_t leader = 0;
  for (const v1::NodeStatus& node : status.nodes()) {
    for (const v1::ReplicaStatus& replica : node.details()) {
      if (replica.partition() != kMetaPartition.value() || replica.leader() == 0) continue;
      if (replica.term() < term) continue;
      term = replica.term();
      leader = replica.leader();
    }
  }
  return leader;
}

}  // namespace

void StatusCollector::Local(absl::AnyInvocable<void(v1::ClusterStatus) &&> done) {
  node_.Report([this, done = std::move(done)](NodeStatusReport report) mutable {
    const auto topology = node_.topology();
    v1::ClusterStatus status;
    status.set_cluster_id(topology->cluster_id);
    status.set_epoch(topology->epoch.value());
    v1::NodeStatus* node = status.add_nodes();
    if (const ring::NodeInfo* self = topology->FindNode(facts_.self)) {
      FillNode(*self, node->mutable_node());
    }
    node->set_reachable(true);
    node->set_version(std::string(kVersion));
    node->set_epoch(report.epoch.value());
    node->set_boot(facts_.boot.value());
    node->set_protocol(facts_.protocol.newest);
    node->set_protocol_min(facts_.protocol.oldest);
    node->set_uptime_ms(
        static_cast<uint64_t>(absl::ToInt64Milliseconds(env_.Monotonic() - facts_.started)));
    node->set_replicas(static_cast<uint32_t>(report.replicas.size()));
    node->set_leaders(report.leaders);
    node->set_leaderless(report.leaderless);
    node->set_log_bytes(log_.stats().bytes_on_disk);
    node->set_data_bytes(engine_.stats().data_bytes);
    node->set_hints(report.hints);
    node->set_hint_bytes(report.hint_bytes);
    for (const ReplicaStatus& replica : report.replicas) {
      FillReplicaStatus(replica, node->add_details());
    }
    for (const ClockSkew& skew : report.skews) {
      v1::ClockSkew* one = node->add_skews();
      one->set_node(skew.node.value());
      one->set_ahead_us(absl::ToInt64Microseconds(skew.ahead));
    }
    status.set_meta_leader(MetaLeader(status));
    std::move(done)(std::move(status));
  });
}

void StatusCollector::Cluster(absl::Duration deadline,
                              absl::AnyInvocable<void(v1::ClusterStatus) &&> done) {
  using Ask = AskNodes<v1::GetStatusRequest, v1::ClusterStatus>;
  const auto topology = node_.topology();
  v1::GetStatusRequest request;
  request.set_local(true);
  Ask::Start(
      *this, topology->nodes, request, &Ask::Async::GetStatus, PatienceUntil(deadline),
      [this](auto own) {
        Local([own = std::move(own)](v1::ClusterStatus status) mutable {
          std::move(own)(std::move(status));
        });
      },
      [topology, done = std::move(done)](std::vector<Ask::Answer> answers) mutable {
        v1::ClusterStatus all;
        all.set_cluster_id(topology->cluster_id);
        all.set_epoch(topology->epoch.value());
        for (Ask::Answer& answer : answers) {
          v1::NodeStatus* one = all.add_nodes();
          FillNode(answer.node, one->mutable_node());
          if (answer.response.nodes_size() > 0) *one = std::move(*answer.response.mutable_nodes(0));
        }
        all.set_meta_leader(MetaLeader(all));
        std::move(done)(std::move(all));
      });
}

absl::Duration StatusCollector::PatienceUntil(absl::Duration deadline) const {
  return (deadline - env_.Monotonic()) * 0.8;
}

std::unique_ptr<v1::Admin::Stub> StatusCollector::StubOf(const ring::NodeInfo& node) {
  if (passes_ && !passes_(node.id)) return nullptr;
  return v1::Admin::NewStub(ChannelTo(node.client_address));
}

std::shared_ptr<grpc::Channel> StatusCollector::ChannelTo(const std::string& address) {
  absl::MutexLock lock(&mutex_);
  std::shared_ptr<grpc::Channel>& channel = channels_[address];
  if (channel == nullptr) {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 500);
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
    channel = grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
  }
  return channel;
}

}  // namespace quorate::rpc
