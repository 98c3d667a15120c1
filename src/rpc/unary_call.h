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
#include "quorate/v1/kv.pb.h"
#include "replica/request.h"
#include "rpc/call_gate.h"
#include "rpc/call_watch.h"

namespace quorate::rpc {

class UnaryCall {
 public:
  UnaryCall(grpc::CallbackServerContext* context, Operation operation, CallWatch& watch)
      : reactor_(context->DefaultReactor()),
        watch_(watch),
        started_(watch.Now()),
        operation_(operation) {}

  // A call on `response`'s arena.
  template <class Response>
  static UnaryCall* New(Response* response, grpc::CallbackServerContext* context,
                        Operation operation, CallWatch& watch) {
    return google::protobuf::Arena::Create<UnaryCall>(response->GetArena(), context, operation,
                                                      watch);
  }

  grpc::ServerUnaryReactor* reactor() const { return reactor_; }

  // Exactly one of these, once; then neither the call nor its messages may be
  // touched. Sent at the end of the turn, where there is one.
  void Succeed();
  void Fail(const absl::Status& status);

  // Takes it on; false: there are too many, and it was answered so.
  bool Enter(CallGate& gate, size_t bytes);

  // The node's answer to it, or to a part of it.
  void Took(const Reply& reply);
  // Where its time went, if that was asked for.
  void TellTimings(const StageTimings& timings, v1::Receipt* out) const;

  absl::Duration deadline;
  Level level = Level::kDefault;
  uint32_t arc = 0;
  bool tells_timings = false;

 private:
  void Record(absl::StatusCode code);

  grpc::ServerUnaryReactor* reactor_;
  CallWatch& watch_;
  CallGate* gate_ = nullptr;  // that it has entered
  uint32_t weight_ = 0;
  PartitionId partition_;
  StageTimings timings_;  // of the part that took longest
  absl::Duration started_;
  Operation operation_;
};

static_assert(std::is_trivially_destructible_v<UnaryCall>, "arenas then keep no list of it");

}  // namespace quorate::rpc
