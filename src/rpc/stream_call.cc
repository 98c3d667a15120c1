#include "rpc/stream_call.h"

#include <utility>

#include "base/error.h"
#include "base/limits.h"
#include "rpc/convert.h"
#include "rpc/grpc_status.h"
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

StreamReactor* StartStream(StreamWorld world) {
  const auto stream = std::make_shared<StreamCall>(world);
  stream->Start();
  return stream.get();
}

StreamCall::StreamCall(StreamWorld world) : world_(world) {
  world_.watch.metrics().streams.fetch_add(1, std::memory_order_relaxed);
}

StreamCall::~StreamCall() {
  world_.watch.metrics().streams.fetch_sub(1, std::memory_order_relaxed);
}

void StreamCall::Start() {
  self_ = shared_from_this();
  StartSendInitialMetadata();  // tells the client that its operations are welcome
  ReadOn();
  world_.streams.Add(self_);
}

void StreamCall::ReadOn() {
  absl::MutexLock lock(&mutex_);
  if (finished_ || ending_ || reads_done_) return FinishIfIdle();
  if (outstanding_ >= limits::kStreamOutstandingMax) {
    paused_ = true;
    return;
  }
  StartRead(request_.Renew());
}

void StreamCall::OnReadDone(bool ok) {
  if (!ok) {
    absl::MutexLock lock(&mutex_);
    reads_done_ = true;
    return FinishIfIdle();
  }
  StreamMessage message(*this, *request_);
  if (!message.MayBeStale()) return Accept(message);
  world_.router.Refresh(message.deadline(), [self = shared_from_this()](absl::Status refreshed) {
    StreamMessage again(*self, *self->request_);
    if (!refreshed.ok() && again.MayBeStale()) again.Refuse(refreshed);
    self->Accept(again);
  });
}

void StreamCall::Accept(StreamMessage& message) {
  const uint64_t cost = message.Cost();
  {
    absl::MutexLock lock(&mutex_);
    outstanding_ += cost;
  }
  world_.watch.metrics().stream_operations.fetch_add(request_->ops_size(),
                                                     std::memory_order_relaxed);
  message.Execute();
  ReadOn();
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
  absl::MutexLock lock(&mutex_);
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
  ScheduleFlush();
}

void StreamCall::AnswerError(uint64_t id, uint32_t cost, const absl::Status& status) {
  world_.watch.metrics().stream_operations.fetch_sub(1, std::memory_order_relaxed);
  absl::MutexLock lock(&mutex_);
  if (finished_) return;
  v1::StreamReply* out = replies_.Add(64 + status.message().size(), cost);
  out->set_id(id);
  FillError(status, out->mutable_error());
  ScheduleFlush();
}

void StreamCall::ScheduleFlush() {
  mutex_.AssertHeld();
  if (flush_due_ || writing_ != nullptr) return;
  flush_due_ = true;
  // Outside a turn Defer would call at once, under the lock.
  if (!TurnEnd::InTurn()) {
    flush_due_ = false;
    return WriteNext();
  }
  TurnEnd::Defer([self = shared_from_this()] { self->Flush(); });
}

void StreamCall::Flush() {
  absl::MutexLock lock(&mutex_);
  flush_due_ = false;
  WriteNext();
}

void StreamCall::WriteNext() {
  if (writing_ != nullptr || replies_.empty() || finished_) return;
  writing_ = replies_.Take();
  StartWrite(writing_->response.get());
}

void StreamCall::OnWriteDone(bool ok) {
  bool resume = false;
  {
    absl::MutexLock lock(&mutex_);
    outstanding_ -= writing_->cost;
    replies_.Recycle(std::move(writing_));
    if (!ok) return Break();
    WriteNext();
    resume = paused_ && outstanding_ < limits::kStreamOutstandingMax;
    if (resume) paused_ = false;
    FinishIfIdle();
  }
  if (resume) ReadOn();
}

void StreamCall::FinishIfIdle() {
  if (finished_ || writing_ != nullptr || outstanding_ > 0) return;
  if (!reads_done_ && !ending_) return;
  finished_ = true;
  if (reads_done_) return Finish(grpc::Status::OK);
  Finish(ToGrpcStatus(MakeError(absl::StatusCode::kUnavailable, "NODE_DRAINING",
                                "this node is going down; go on at another one")));
}

// The client is gone: there is no one to answer.
void StreamCall::Break() {
  if (finished_) return;
  finished_ = true;
  Finish(grpc::Status::CANCELLED);
}

void StreamCall::End() {
  absl::MutexLock lock(&mutex_);
  ending_ = true;
  FinishIfIdle();
}

void StreamCall::OnCancel() {
  absl::MutexLock lock(&mutex_);
  Break();
}

void StreamCall::OnDone() {
  world_.streams.Remove(this);
  self_.reset();  // may be the last
}

}  // namespace quorate::rpc
