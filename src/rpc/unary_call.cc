#include "rpc/unary_call.h"

#include <cstring>

#include "base/call_weight.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/strings.h"
#include "rpc/convert.h"
#include "rpc/deadline.h"
#include "rpc/turn_end.h"

namespace quorate::rpc {
namespace {

// Made once: refusing must cost next to nothing.
const http2::CallEnd& TooMany() {
  static const auto* const end = [] {
    absl::Status refused =
        MakeError(absl::StatusCode::kResourceExhausted, "NODE_OVERLOADED",
                  StrCat("more calls are under way at this node than it answers in ",
                         ToStd(absl::FormatDuration(limits::kCallWaitMax)),
                         "; this one was not begun, try again in a moment"));
    SetRetryAfter(refused, limits::kOverloadRetryAfter);
    return new http2::CallEnd(http2::EndOf(refused));
  }();
  return *end;
}

http2::CallEnd NoMessage(std::string_view what) {
  return http2::EndOf(MakeError(absl::StatusCode::kInvalidArgument, "CALL_MALFORMED",
                                StrCat("a call that has one message ", what)));
}

// Of an end that shows that there is too much to do, or nobody to do it or to wait for it.
bool WasServed(absl::StatusCode code) {
  return code != absl::StatusCode::kCancelled && code != absl::StatusCode::kDeadlineExceeded &&
         code != absl::StatusCode::kUnavailable && code != absl::StatusCode::kResourceExhausted;
}

}  // namespace

std::shared_ptr<UnaryCall> UnaryCall::Make(const UnaryMethod& method,
                                           std::shared_ptr<ClientConnection> connection,
                                           http2::CallId id, const http2::CallHead& head,
                                           CallWatch& watch, absl::Duration fallback) {
  const bool full = method.gate != nullptr && method.gate->IsFull();
  auto call = std::make_shared<UnaryCall>(method, std::move(connection), id, head, watch, fallback);
  if (!full) return call;
  call->Refuse(TooMany(), absl::StatusCode::kResourceExhausted);
  return nullptr;
}

UnaryCall::UnaryCall(const UnaryMethod& method, std::shared_ptr<ClientConnection> connection,
                     http2::CallId id, const http2::CallHead& head, CallWatch& watch,
                     absl::Duration fallback)
    : deadline(watch.Now() + head.timeout.value_or(fallback)),
      arena_(block_, sizeof(block_)),
      method_(method),
      connection_(std::move(connection)),
      id_(id),
      watch_(watch),
      started_(watch.Now()),
      operation_(method.operation) {}

void UnaryCall::OnMessage(std::string_view message) {
  if (refused_) return;
  if (message_.data() != nullptr) {
    return Refuse(NoMessage("has two"), absl::StatusCode::kInvalidArgument);
  }
  // It counts as one to answer only once it is whole.
  char* const kept = google::protobuf::Arena::CreateArray<char>(&arena_, message.size() + 1);
  std::memcpy(kept, message.data(), message.size());
  message_ = {kept, message.size()};
}

void UnaryCall::OnClosed() {
  if (refused_) return;
  if (message_.data() == nullptr) {
    return Refuse(NoMessage("has none"), absl::StatusCode::kInvalidArgument);
  }
  if (!Enter()) return Refuse(TooMany(), absl::StatusCode::kResourceExhausted);
  request_ = method_.new_request(&arena_);
  response_ = method_.new_response(&arena_);
  if (!request_->ParseFromArray(message_.data(), static_cast<int>(message_.size()))) {
    return Refuse(NoMessage("has one that cannot be read"), absl::StatusCode::kInvalidArgument);
  }
  self_ = shared_from_this();
  connection_->Then([this] { Begin(); });
}

bool UnaryCall::Enter() {
  if (method_.gate == nullptr) return true;
  if (connection_->session().held_bytes() >= limits::kClientUnsentBytesMax) return false;
  weight_ = CallWeightOf(message_.size());
  if (!method_.gate->Enter(weight_)) return false;
  gate_ = method_.gate;
  return true;
}

void UnaryCall::Begin() {
  if (deadline <= started_) return Fail(DeadlinePassed());
  method_.begin(*this);
}

void UnaryCall::Refuse(const http2::CallEnd& end, absl::StatusCode code) {
  refused_ = true;
  Record(code);
  connection_->session().Finish(id_, end);
}

void UnaryCall::Took(const Reply& reply) {
  const auto sum = [](const StageTimings& one) { return one.queued + one.agreed + one.forwarded; };
  if (partition_ && sum(reply.timings) <= sum(timings_)) return;
  partition_ = reply.receipt.partition;
  timings_ = reply.timings;
}

void UnaryCall::TellTimings(const StageTimings& timings, v1::Receipt* out) const {
  if (tells_timings) FillTimings(timings, watch_.Now() - started_, out);
}

void UnaryCall::Record(absl::StatusCode code) {
  if (gate_ != nullptr) gate_->Leave(weight_, WasServed(code), watch_.Now());
  watch_.Ended(operation_, started_,
               {.operation = {},
                .level = level,
                .partition = partition_,
                .code = code,
                .took = {},
                .timings = timings_});
}

void UnaryCall::Succeed() {
  Record(absl::StatusCode::kOk);
  TurnEnd::Defer([self = std::move(self_)] {
    self->connection_->Answer([&](http2::Session& session) {
      session.SendMessage(self->id_, self->response_->ByteSizeLong(), [&](char* to) {
        self->response_->SerializeWithCachedSizesToArray(reinterpret_cast<uint8_t*>(to));
      });
      session.Finish(self->id_, {});
    });
  });
}

void UnaryCall::Fail(const absl::Status& status) {
  Record(status.code());
  TurnEnd::Defer([self = std::move(self_), end = http2::EndOf(status)] {
    self->connection_->Answer([&](http2::Session& session) { session.Finish(self->id_, end); });
  });
}

}  // namespace quorate::rpc
