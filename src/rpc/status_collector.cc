#include "rpc/status_collector.h"

#include <grpcpp/create_channel.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/time/clock.h"
#include "base/version.h"
#include "rpc/convert.h"

namespace quorate::rpc {
namespace {

constexpr absl::Duration kPatience = absl::Seconds(1);

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

// One round of questions; lives until the last is answered.
class StatusCollector::Poll : public std::enable_shared_from_this<StatusCollector::Poll> {
 public:
  using Done = absl::AnyInvocable<void(v1::ClusterStatus) &&>;

  Poll(ring::SharedTopology topology, Done done)
      : topology_(std::move(topology)), done_(std::move(done)), asked_(topology_->nodes.size()) {
    for (size_t i = 0; i < asked_.size(); ++i)
      FillNode(topology_->nodes[i], asked_[i].status.mutable_node());
    missing_ = asked_.size();
  }

  void Start(StatusCollector& collector, absl::Duration patience) {
    for (size_t i = 0; i < asked_.size(); ++i) {
      if (topology_->nodes[i].id == collector.facts_.self) {
        collector.Local([self = shared_from_this(), i](v1::ClusterStatus local) {
          self->Take(i, std::move(local));
        });
      } else {
        Ask(collector, i, patience);
      }
    }
  }

 private:
  struct Asked {
    std::unique_ptr<v1::Admin::Stub> stub;
    grpc::ClientContext context;
    v1::GetStatusRequest request;
    v1::ClusterStatus response;
    v1::NodeStatus status;
  };

  void Ask(StatusCollector& collector, size_t i, absl::Duration patience) {
    if (collector.passes_ && !collector.passes_(topology_->nodes[i].id)) return Take(i, {});
    Asked& asked = asked_[i];
    asked.stub = collector.StubOf(topology_->nodes[i]);
    asked.context.set_deadline(absl::ToChronoTime(absl::Now() + patience));
    asked.request.set_local(true);
    asked.stub->async()->GetStatus(
        &asked.context, &asked.request, &asked.response,
        [self = shared_from_this(), i](const grpc::Status& status) {
          self->Take(i, status.ok() ? std::move(self->asked_[i].response) : v1::ClusterStatus());
        });
  }

  // An empty answer: the node couldn't be reached.
  void Take(size_t i, v1::ClusterStatus answer) {
    {
      absl::MutexLock lock(&mutex_);
      if (answer.nodes_size() > 0) asked_[i].status = std::move(*answer.mutable_nodes(0));
      if (--missing_ > 0) return;
    }
    v1::ClusterStatus all;
    all.set_cluster_id(topology_->cluster_id);
    all.set_epoch(topology_->epoch.value());
    for (Asked& asked : asked_) *all.add_nodes() = std::move(asked.status);
    all.set_meta_leader(MetaLeader(all));
    std::move(done_)(std::move(all));
  }

  const ring::SharedTopology topology_;
  Done done_;
  absl::Mutex mutex_;
  std::vector<Asked> asked_;  // of each node, by id; never resized
  size_t missing_ ABSL_GUARDED_BY(mutex_) = 0;
};

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
    status.set_meta_leader(MetaLeader(status));
    std::move(done)(std::move(status));
  });
}

void StatusCollector::Cluster(absl::Duration deadline,
                              absl::AnyInvocable<void(v1::ClusterStatus) &&> done) {
  // A little less than the caller has, so that the answer is still in time.
  const absl::Duration left = (deadline - env_.Monotonic()) * 0.8;
  std::make_shared<Poll>(node_.topology(), std::move(done))
      ->Start(*this, std::min(left, kPatience));
}

std::unique_ptr<v1::Admin::Stub> StatusCollector::StubOf(const ring::NodeInfo& node) {
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
