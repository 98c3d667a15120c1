#include "rpc/stream_call.h"

#include <utility>

#include "base/error.h"
#include "base/limits.h"
#include "rpc/convert.h"
#include "rpc/reply_error.h"
#include "rpc/stream_message.h"
#include "rpc/turn_end.h"

namespace quorate::rpc {
namespace {

v1::Receipt* ReceiptIn(v1::StreamReply& reply) {
  return reply.has_get() ? reply.mutable_get()->mutable_receipt()
                         : reply.mutable_write()->mutable_receipt();
}

}  // namespace

StreamCall::StreamCall(StreamWorld world, std::shared_ptr<ClientConnection> connection,
                       http2::CallId id)
    : world_(world), connection_(std::move(connection)), id_(id) {
  world_.watch.metrics().streams.fetch_add(1, std::memory_order_relaxed);
}

StreamCall::~StreamCall() {
  world_.streams.Remove(this);
  world_.watch.metrics().streams.fetch_sub(1, std::memory_order_relaxed);
}

void StreamCall::Start() {
  connection_->session().SendHead(id_);  // tells the client that its operations are welcome
  connection_->session().HoldBack(id_);
  connection_->Then([self = shared_from_this()] { self->world_.streams.Add(self); });
}

void StreamCall::OnMessage(std::string_view message) {
  {
    absl::MutexLock lock(&mutex_);
    if (finished_ || ending_) return;
    if (executing_) {
      arrived_.emplace_back(message);
      return;
    }
    executing_ = true;
  }
  const bool whole =
      request_.Renew()->ParseFromArray(message.data(), static_cast<int>(message.size()));
  connection_->Then([self = shared_from_this(), whole] {
    if (!whole) return self->Do(Next::kBadMessage);
    self->Take();
  });
}

void StreamCall::OnClosed() {
  connection_->Then([self = shared_from_this()] {
    Next next;
    {
      absl::MutexLock lock(&self->mutex_);
      self->reads_done_ = true;
      next = self->Idle();
    }
    self->Do(next);
  });
}

// The client is gone: there is no one to answer.
void StreamCall::OnLost() {
  absl::MutexLock lock(&mutex_);
  finished_ = true;
}

void StreamCall::Take() {
  do {
    StreamMessage message(*this, *request_);
    if (message.MayBeStale()) {
      return world_.router.Refresh(message.deadline(),
                                   [self = shared_from_this()](absl::Status refreshed) {
                                     StreamMessage again(*self, *self->request_);
                                     if (!refreshed.ok() && again.MayBeStale())
                                       again.Refuse(refreshed);
                                     self->Accept(again);
                                     if (self->ReadNext()) self->Take();
                                   });
    }
    Accept(message);
  } while (ReadNext());
}

// False: none has come yet.
bool StreamCall::ReadNext() {
  absl::ReleasableMutexLock lock(&mutex_);
  if (arrived_.empty() || finished_) {
    executing_ = false;
    // The client's end, or all answers, may have come meanwhile.
    const Next next = Idle();
    lock.Release();
    Do(next);
    return false;
  }
  const std::string bytes = std::move(arrived_.front());
  arrived_.pop_front();
  lock.Release();
  if (request_.Renew()->ParseFromString(bytes)) return true;
  Do(Next::kBadMessage);
  return false;
}

void StreamCall::Accept(StreamMessage& message) {
  const uint64_t cost = message.Cost();
  {
    absl::MutexLock lock(&mutex_);
    outstanding_ += cost;
    ++untold_;
  }
  world_.watch.metrics().stream_operations.fetch_add(request_->ops_size(),
                                                     std::memory_order_relaxed);
  message.Execute();
  Taken(0);
}

void StreamCall::Answer(Pending& pending, Reply reply) {
  const absl::Duration took = world_.watch.Ended(pending.operation, pending.started,
                                                 {.operation = {},
                                                  .level = pending.level,
                                                  .partition = reply.receipt.partition,
                                                  .code = reply.status.code(),
                                                  .took = {},
                                                  .timings = reply.timings},
                                                 pending.ids.size());
  if (!reply.status.ok()) {
    const absl::Status error = ErrorOf(reply);
    for (size_t i = 0; i < pending.ids.size(); ++i) {
      AnswerError(pending.ids[i], pending.costs[i], error);
    }
    return;
  }
  world_.watch.metrics().stream_operations.fetch_sub(static_cast<int64_t>(pending.ids.size()),
                                                     std::memory_order_relaxed);
  constexpr uint64_t kFrameBytes = 64;  // of a reply around its value
  absl::ReleasableMutexLock lock(&mutex_);
  if (finished_) return;
  for (size_t i = 0; i < pending.ids.size(); ++i) {
    const bool has_value = i < reply.found.size() && reply.found[i].has_value();
    const uint64_t bytes = kFrameBytes + (has_value ? kv::BytesOf(*reply.found[i]) : 0);
    v1::StreamReply* out = replies_.Add(bytes, pending.costs[i]);
    out->set_id(pending.ids[i]);
    if (pending.operation == Operation::kGet) {
      FillGet(reply, i, pending.arc, out->mutable_get());
    } else {
      FillWrite(reply, pending.arc, out->mutable_write());
    }
    if (pending.tells_timings) FillTimings(reply.timings, took, ReceiptIn(*out));
  }
  if (std::exchange(flush_due_, true)) return;
  lock.Release();
  TurnEnd::Defer([self = shared_from_this()] { self->Flush(); });
}

void StreamCall::AnswerError(uint64_t id, uint32_t cost, const absl::Status& status) {
  world_.watch.metrics().stream_operations.fetch_sub(1, std::memory_order_relaxed);
  {
    absl::MutexLock lock(&mutex_);
    if (finished_) return;
    v1::StreamReply* out = replies_.Add(64 + status.message().size(), cost);
    out->set_id(id);
    FillError(status, out->mutable_error());
    if (std::exchange(flush_due_, true)) return;
  }
  TurnEnd::Defer([self = shared_from_this()] { self->Flush(); });
}

void StreamCall::Flush() {
  while (true) {
    std::unique_ptr<StreamReplies::Message> message;
    {
      absl::MutexLock lock(&mutex_);
      flush_due_ = false;
      if (replies_.empty() || finished_) return;
      message = replies_.Take();
    }
    const v1::StreamResponse& response = *message->response;
    connection_->Answer([&](http2::Session& session) {
      session.SendMessage(id_, response.ByteSizeLong(), [&](char* to) {
        response.SerializeWithCachedSizesToArray(reinterpret_cast<uint8_t*>(to));
      });
    });
    const uint64_t cost = message->cost;
    {
      absl::MutexLock lock(&mutex_);
      replies_.Recycle(std::move(message));
    }
    connection_->OnceThereIsRoom([self = shared_from_this(), cost] { self->Taken(cost); });
  }
}

void StreamCall::Taken(uint64_t cost) {
  size_t messages = 0;
  Next next;
  {
    absl::MutexLock lock(&mutex_);
    outstanding_ -= cost;
    if (outstanding_ < limits::kStreamOutstandingMax) messages = std::exchange(untold_, 0);
    next = Idle();
  }
  if (messages > 0) {
    connection_->Answer([&](http2::Session& session) { session.Took(id_, messages); });
  }
  Do(next);
}

// Whether all is done, as it is only once.
StreamCall::Next StreamCall::Idle() {
  if (finished_ || executing_ || outstanding_ > 0 || !replies_.empty()) return Next::kNothing;
  if (!reads_done_ && !ending_) return Next::kNothing;
  finished_ = true;
  return reads_done_ ? Next::kSucceed : Next::kDrain;
}

void StreamCall::Do(Next next) {
  http2::CallEnd end;
  switch (next) {
    case Next::kNothing:
      return;
    case Next::kSucceed:
      break;
    case Next::kDrain:
      end = http2::EndOf(MakeError(absl::StatusCode::kUnavailable, "NODE_DRAINING",
                                   "this node is going down; go on at another one"));
      break;
    case Next::kBadMessage: {
      absl::MutexLock lock(&mutex_);
      finished_ = true;
      end = http2::EndOf(MakeError(absl::StatusCode::kInvalidArgument, "CALL_MALFORMED",
                                   "a message of the stream cannot be read"));
    }
  }
  connection_->Answer([&](http2::Session& session) { session.Finish(id_, std::move(end)); });
}

void StreamCall::End() {
  Next next;
  {
    absl::MutexLock lock(&mutex_);
    ending_ = true;
    next = Idle();
  }
  Do(next);
}

}  // namespace quorate::rpc
