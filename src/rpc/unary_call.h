// One unary data call from its arrival to its reply. Lives on the call's
// arena, so that a reply callback that holds a pointer to it needs no memory
// of its own.
#pragma once

#include <google/protobuf/arena.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <type_traits>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/env.h"
#include "rpc/call_metrics.h"

namespace quorate::rpc {

class UnaryCall {
 public:
  UnaryCall(grpc::CallbackServerContext* context, Operation operation, Env& env,
            CallMetrics& metrics)
      : reactor_(context->DefaultReactor()),
        env_(env),
        metrics_(metrics),
        started_(env.Monotonic()),
        operation_(operation) {}

  // A call on `response`'s arena.
  template <class Response>
  static UnaryCall* New(Response* response, grpc::CallbackServerContext* context,
                        Operation operation, Env& env, CallMetrics& metrics) {
    return google::protobuf::Arena::Create<UnaryCall>(response->GetArena(), context, operation, env,
                                                      metrics);
  }

  grpc::ServerUnaryReactor* reactor() const { return reactor_; }

  // Exactly one of these, once; then neither the call nor its messages may be
  // touched. Sent at the end of the turn, where there is one.
  void Succeed();
  void Fail(const absl::Status& status);

  absl::Duration deadline;
  Level level = Level::kDefault;
  uint32_t arc = 0;

 private:
  void Record(absl::StatusCode code);

  grpc::ServerUnaryReactor* reactor_;
  Env& env_;
  CallMetrics& metrics_;
  absl::Duration started_;
  Operation operation_;
};

static_assert(std::is_trivially_destructible_v<UnaryCall>, "arenas then keep no list of it");

}  // namespace quorate::rpc
