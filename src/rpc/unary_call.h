// One unary data call from its arrival to its reply, with its messages, in one allocation.
#pragma once

#include <google/protobuf/arena.h>

#include <functional>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "http2/session.h"
#include "quorate/v1/kv.pb.h"
#include "replica/request.h"
#include "rpc/call_gate.h"
#include "rpc/call_watch.h"
#include "rpc/client_connection.h"

namespace quorate::rpc {

class UnaryCall;

struct UnaryMethod {
  Operation operation = Operation::kGet;
  CallGate* gate = nullptr;  // that its calls must pass; none: what lessens what there is to do
  std::function<google::protobuf::Message*(google::protobuf::Arena*)> new_request;
  std::function<google::protobuf::Message*(google::protobuf::Arena*)> new_response;
  // Begins it; it ends by Succeed or Fail, now or later, on any thread.
  std::function<void(UnaryCall&)> begin;
};

class UnaryCall final : public http2::Call, public std::enable_shared_from_this<UnaryCall> {
 public:
  // `method` and `watch` outlive it. `fallback`: its time, if it names none. Null: refused by its
  // head, as there are too many; it need not send its message.
  static std::shared_ptr<UnaryCall> Make(const UnaryMethod& method,
                                         std::shared_ptr<ClientConnection> connection,
                                         http2::CallId id, const http2::CallHead& head,
                                         CallWatch& watch, absl::Duration fallback);
  // Of Make.
  UnaryCall(const UnaryMethod& method, std::shared_ptr<ClientConnection> connection,
            http2::CallId id, const http2::CallHead& head, CallWatch& watch,
            absl::Duration fallback);

  // --- from the connection ---
  void OnMessage(std::string_view message) override;
  void OnClosed() override;
  // Once it has begun, whoever does it ends it.
  void OnLost() override {}

  // --- to its handler ---
  google::protobuf::Message* request() { return request_; }
  google::protobuf::Message* response() { return response_; }
  // Of a method that stands for several.
  void Is(Operation operation) { operation_ = operation; }

  // Exactly one of these, once; then neither the call nor its messages may be
  // touched. Sent at the end of the turn, where there is one.
  void Succeed();
  void Fail(const absl::Status& status);

  // The node's answer to it, or to a part of it.
  void Took(const Reply& reply);
  // Where its time went, if that was asked for.
  void TellTimings(const StageTimings& timings, v1::Receipt* out) const;

  const absl::Duration deadline;
  Level level = Level::kDefault;
  uint32_t arc = 0;
  bool tells_timings = false;

 private:
  // Takes it on; false: there are too many.
  bool Enter();
  void Begin();
  void Record(absl::StatusCode code);
  // Before it has begun: by the session that is told of it.
  void Refuse(const http2::CallEnd& end, absl::StatusCode code);

  alignas(8) char block_[1536];
  google::protobuf::Arena arena_;
  const UnaryMethod& method_;
  const std::shared_ptr<ClientConnection> connection_;
  const http2::CallId id_;
  CallWatch& watch_;
  std::shared_ptr<UnaryCall> self_;  // from when it begins until it is answered
  std::string_view message_;         // in the arena; none has come: null
  google::protobuf::Message* request_ = nullptr;
  google::protobuf::Message* response_ = nullptr;
  CallGate* gate_ = nullptr;  // that it has entered
  uint32_t weight_ = 0;
  bool refused_ = false;
  PartitionId partition_;
  StageTimings timings_;  // of the part that took longest
  const absl::Duration started_;
  Operation operation_;
};

}  // namespace quorate::rpc
