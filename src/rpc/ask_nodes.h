// One question to several nodes at once, over their client API.
#pragma once

#include <grpcpp/client_context.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "quorate/v1/admin.grpc.pb.h"
#include "rpc/deadline.h"
#include "rpc/status_collector.h"

namespace quorate::rpc {

// The nodes that hold any of these partitions, by id.
inline std::vector<ring::NodeInfo> HoldersOf(const ring::Topology& topology,
                                             const std::vector<ring::PartitionInfo>& partitions) {
  std::vector<ring::NodeInfo> holders;
  for (const ring::NodeInfo& node : topology.nodes) {
    const auto holds = [&node](const ring::PartitionInfo& partition) {
      const auto& replicas = partition.replicas;
      return std::find(replicas.begin(), replicas.end(), node.id) != replicas.end();
    };
    if (std::any_of(partitions.begin(), partitions.end(), holds)) holders.push_back(node);
  }
  return holders;
}

// How long a node is waited for at most: one that is down must not hold up what
// the others say.
inline constexpr absl::Duration kNodePatience = absl::Seconds(1);

// One round of questions; keeps itself until the last is answered.
template <class Request, class Response>
class AskNodes : public std::enable_shared_from_this<AskNodes<Request, Response>> {
 public:
  using Async = v1::Admin::StubInterface::async_interface;
  using Method = void (Async::*)(grpc::ClientContext*, const Request*, Response*,
                                 std::function<void(grpc::Status)>);
  // Has this node answer, at once or later; called once, before Start returns. One
  // that fails counts as not reachable.
  using Own = absl::AnyInvocable<void(absl::AnyInvocable<void(absl::StatusOr<Response>) &&>) &&>;
  struct Answer {
    ring::NodeInfo node;
    bool reachable = false;
    Response response;
  };
  // In the order of `nodes`, on the thread of the last answer.
  using Done = absl::AnyInvocable<void(std::vector<Answer>) &&>;

  // `request` must be one that makes a node answer for itself alone.
  static void Start(StatusCollector& collector, const std::vector<ring::NodeInfo>& nodes,
                    const Request& request, Method method, absl::Duration patience, Own own,
                    Done done) {
    if (nodes.empty()) return std::move(done)({});
    std::make_shared<AskNodes>(nodes, request, std::move(done))
        ->Run(collector, method, std::min(patience, kNodePatience), std::move(own));
  }

  AskNodes(const std::vector<ring::NodeInfo>& nodes, const Request& request, Done done)
      : request_(request), done_(std::move(done)), asked_(nodes.size()), missing_(nodes.size()) {
    for (size_t i = 0; i < nodes.size(); ++i) asked_[i].answer.node = nodes[i];
  }

 private:
  struct Asked {
    std::unique_ptr<v1::Admin::Stub> stub;
    grpc::ClientContext context;
    Answer answer;
  };

  void Run(StatusCollector& collector, Method method, absl::Duration patience, Own own) {
    for (size_t i = 0; i < asked_.size(); ++i) {
      Asked& asked = asked_[i];
      if (asked.answer.node.id == collector.self()) {
        std::move(own)([self = this->shared_from_this(), i](absl::StatusOr<Response> response) {
          if (response.ok()) self->asked_[i].answer.response = *std::move(response);
          self->Take(i, response.ok());
        });
        continue;
      }
      asked.stub = collector.StubOf(asked.answer.node);
      if (asked.stub == nullptr) {
        Take(i, false);
        continue;
      }
      asked.context.set_deadline(MomentIn(patience));
      (asked.stub->async()->*method)(
          &asked.context, &request_, &asked.answer.response,
          [self = this->shared_from_this(), i](const grpc::Status& status) {
            self->Take(i, status.ok());
          });
    }
  }

  void Take(size_t i, bool reachable) {
    {
      absl::MutexLock lock(&mutex_);
      asked_[i].answer.reachable = reachable;
      if (--missing_ > 0) return;
    }
    std::vector<Answer> answers;
    for (Asked& asked : asked_) answers.push_back(std::move(asked.answer));
    std::move(done_)(std::move(answers));
  }

  const Request request_;
  Done done_;
  absl::Mutex mutex_;
  std::vector<Asked> asked_;  // never resized
  size_t missing_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quorate::rpc
