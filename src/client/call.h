// One request on its way through as many attempts as it takes.
#pragma once

#include <grpcpp/client_context.h>
#include <grpcpp/support/status.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/core.h"
#include "client/node_link.h"
#include "client/router.h"
#include "client/rpc_status.h"

namespace quorate::client {

// The attempts, the waits between them and the deadline over them all. Keeps
// itself alive until it has finished, exactly once. One attempt at a time, so
// nothing here needs a lock.
class CallBase : public std::enable_shared_from_this<CallBase> {
 public:
  CallBase(Core& core, Target target, absl::Duration deadline, size_t request_bytes);
  virtual ~CallBase() = default;

  void Start();

 protected:
  using RpcDone = std::function<void(grpc::Status)>;

  // Sends the request to `link`; `done` on a thread of gRPC's.
  virtual void Send(NodeLink& link, grpc::ClientContext& context, RpcDone done) = 0;
  // Hands the outcome over; OK: the response is there.
  virtual void Deliver(absl::Status status) = 0;

  const Target& target() const { return target_; }
  Core& core() { return core_; }

 private:
  void Attempt();
  void OnRpcDone(const grpc::Status& rpc);
  void Finish(absl::Status status);
  void RetryOrFail(RpcResult result);
  absl::Duration Left() const;
  // Of this attempt: a read leaves time to ask another node.
  absl::Duration AttemptTimeout() const;
  // With what went wrong at which node.
  absl::Status Explain(absl::Status last) const;

  Core& core_;
  const Target target_;
  const absl::Duration deadline_;  // a moment of Env::Monotonic
  const uint32_t weight_;          // of data calls, see NodeLink
  uint32_t attempt_ = 0;
  Choice choice_;
  absl::Duration sent_at_;
  std::unique_ptr<grpc::ClientContext> context_;
  std::vector<std::shared_ptr<NodeLink>> tried_;             // of this round
  bool none_reached_ = true;                                 // of those tried
  bool unknown_before_ = false;                              // an attempt may have been done
  absl::Status told_;                                        // by a node, not OK: the latest
  std::vector<std::pair<std::string, std::string>> causes_;  // address, cause
};

// `Method` is called with (NodeLink&, ClientContext*, const Request*,
// Response*, RpcDone) and starts the asynchronous call.
template <class Request, class Response, class Method>
class Call : public CallBase {
 public:
  using Done = absl::AnyInvocable<void(absl::StatusOr<Response>) &&>;

  Call(Core& core, Target target, absl::Duration deadline, Request request, Method method,
       Done done)
      : CallBase(core, std::move(target), deadline, request.ByteSizeLong()),
        request_(std::move(request)),
        method_(std::move(method)),
        done_(std::move(done)) {}

 private:
  void Send(NodeLink& link, grpc::ClientContext& context, RpcDone done) override {
    response_.Clear();
    method_(link, &context, &request_, &response_, std::move(done));
  }
  void Deliver(absl::Status status) override {
    if (status.ok()) {
      std::move(done_)(std::move(response_));
    } else {
      std::move(done_)(std::move(status));
    }
  }

  Request request_;
  Response response_;
  Method method_;
  Done done_;
};

// `done` is called on a thread of gRPC's or housekeeping and must not block.
template <class Response, class Request, class Method, class Done>
void StartCall(Core& core, Target target, absl::Duration deadline, Request request, Method method,
               Done done) {
  std::make_shared<Call<Request, Response, Method>>(
      core, std::move(target), deadline, std::move(request), std::move(method), std::move(done))
      ->Start();
}

}  // namespace quorate::client
