#include "rpc/leader_transfer.h"

#include <grpcpp/alarm.h>

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/strings.h"
#include "rpc/deadline.h"
#include "rpc/grpc_status.h"

namespace quorate::rpc {
namespace {

constexpr absl::Duration kLook = absl::Milliseconds(10);

class Transfer : public std::enable_shared_from_this<Transfer> {
 public:
  using Done = absl::AnyInvocable<void(absl::StatusOr<NodeId>) &&>;

  Transfer(Node& node, Env& env, StatusCollector& collector, NodeId self, PartitionId partition,
           NodeId to, absl::Duration deadline, Done done)
      : node_(node),
        env_(env),
        collector_(collector),
        self_(self),
        partition_(partition),
        to_(to),
        deadline_(deadline),
        done_(std::move(done)) {}

  void Start(bool relayed) {
    FindLeader([me = shared_from_this(), relayed](NodeId leader) {
      if (leader == me->self_) return me->HandOver();
      if (relayed || !leader)
        return me->Fail(absl::StatusCode::kUnavailable, "NO_LEADER",
                        " has no leader that is known here; try again");
      me->Relay(leader);
    });
  }

 private:
  // As a replica here knows it; where there is none, any node of the topology.
  void FindLeader(absl::AnyInvocable<void(NodeId) &&> found) {
    node_.Report([me = shared_from_this(), found = std::move(found)](NodeStatusReport r) mutable {
      for (const ReplicaStatus& replica : r.replicas) {
        if (replica.partition == me->partition_) return std::move(found)(replica.leader);
      }
      const auto topology = me->node_.topology();
      const ring::PartitionInfo* info = topology->FindPartition(me->partition_);
      std::move(found)(info == nullptr || info->replicas.empty() ? NodeId() : info->replicas[0]);
    });
  }

  void HandOver() {
    node_.TransferLeader(partition_, to_, [me = shared_from_this()](absl::Status begun) {
      if (!begun.ok()) return std::move(me->done_)(begun);
      me->AwaitNewLeader();
    });
  }

  void AwaitNewLeader() {
    FindLeader([me = shared_from_this()](NodeId leader) {
      if (leader && leader != me->self_) return std::move(me->done_)(leader);
      if (leader == me->to_ && leader) return std::move(me->done_)(leader);
      if (me->env_.Monotonic() >= me->deadline_) {
        return me->Fail(absl::StatusCode::kDeadlineExceeded, "TRANSFER_UNFINISHED",
                        " had no new leader in time; it may come still");
      }
      me->alarm_ = std::make_unique<grpc::Alarm>();
      me->alarm_->Set(MomentIn(kLook), [me](bool) { me->AwaitNewLeader(); });
    });
  }

  void Relay(NodeId leader) {
    const auto topology = node_.topology();
    const ring::NodeInfo* info = topology->FindNode(leader);
    if (info != nullptr) stub_ = collector_.StubOf(*info);
    if (stub_ == nullptr) {
      return Fail(absl::StatusCode::kUnavailable, "NO_LEADER", " has no leader that is known here");
    }
    context_.AddMetadata(kRelayedMetadata, "1");
    context_.set_deadline(MomentIn(deadline_ - env_.Monotonic()));
    request_.set_partition(partition_.value());
    request_.set_to(to_.value());
    stub_->async()->TransferLeader(&context_, &request_, &response_,
                                   [me = shared_from_this()](const grpc::Status& status) {
                                     if (!status.ok()) {
                                       return std::move(me->done_)(FromGrpcStatus(status));
                                     }
                                     std::move(me->done_)(NodeId(me->response_.leader()));
                                   });
  }

  void Fail(absl::StatusCode code, std::string_view reason, std::string_view what) {
    std::move(done_)(MakeError(code, reason, StrCat("partition ", partition_.value(), what)));
  }

  Node& node_;
  Env& env_;
  StatusCollector& collector_;
  const NodeId self_;
  const PartitionId partition_;
  const NodeId to_;
  const absl::Duration deadline_;
  Done done_;
  std::unique_ptr<grpc::Alarm> alarm_;
  std::unique_ptr<v1::Admin::Stub> stub_;
  grpc::ClientContext context_;
  v1::TransferLeaderRequest request_;
  v1::TransferLeaderResponse response_;
};

}  // namespace

void TransferLeadership(Node& node, Env& env, StatusCollector& collector, NodeId self,
                        PartitionId partition, NodeId to, bool relayed, absl::Duration deadline,
                        absl::AnyInvocable<void(absl::StatusOr<NodeId>) &&> done) {
  std::make_shared<Transfer>(node, env, collector, self, partition, to, deadline, std::move(done))
      ->Start(relayed);
}

}  // namespace quorate::rpc
