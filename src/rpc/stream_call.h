// One client stream: many operations in flight, batched both ways.
//
// Operations of a message are executed as soon as it is read; their replies
// leave in whatever order they come, those of one worker turn together. What
// has been accepted and not yet written back is bounded: beyond it the stream
// isn't read, and the client's flow control stops the client.
#pragma once

#include <grpcpp/support/server_callback.h>

#include <memory>

#include "absl/base/thread_annotations.h"
#include "absl/container/inlined_vector.h"
#include "absl/synchronization/mutex.h"
#include "base/env.h"
#include "base/reused_message.h"
#include "node/node.h"
#include "quorate/v1/kv.pb.h"
#include "rpc/call_watch.h"
#include "rpc/limits.h"
#include "rpc/router.h"
#include "rpc/stream_replies.h"
#include "rpc/stream_set.h"

namespace quorate::rpc {

// What a stream works with; all outlive it.
struct StreamWorld {
  Node& node;
  Env& env;
  CallWatch& watch;
  Router& router;
  const RequestLimits& limits;
  absl::Duration default_deadline;
  StreamSet& streams;
};

class StreamMessage;

using StreamReactor = grpc::ServerBidiReactor<v1::StreamRequest, v1::StreamResponse>;

// Begins to read; lives until gRPC is done with it and every reply is in.
StreamReactor* StartStream(StreamWorld world);

class StreamCall final : public StreamReactor, public std::enable_shared_from_this<StreamCall> {
 public:
  explicit StreamCall(StreamWorld world);
  ~StreamCall() override;
  void Start();

  // No more reads; ends with UNAVAILABLE when all is answered. Any thread.
  void End();

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnCancel() override;
  void OnDone() override;

 private:
  static constexpr size_t kRequestBlockBytes = 32 * 1024;
  friend class StreamMessage;  // the operations of one message (stream_message.h)

  // What came back for operations that went to the node together.
  struct Pending {
    std::shared_ptr<StreamCall> stream;
    Operation operation = Operation::kGet;
    Level level = Level::kDefault;
    uint32_t arc = 0;
    bool tells_timings = false;
    absl::Duration started;
    absl::InlinedVector<uint64_t, 2> ids;  // a lookup has one for each key
    absl::InlinedVector<uint32_t, 2> costs;
  };

  void Accept(StreamMessage& message);
  void ReadOn();
  void Answer(Pending& pending, Reply reply);
  void AnswerError(uint64_t id, uint32_t cost, const absl::Status& status);
  void ScheduleFlush();
  void Flush();
  void WriteNext() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void FinishIfIdle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Break() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const StreamWorld world_;
  std::shared_ptr<StreamCall> self_;  // until OnDone

  // Touched by one reader at a time, between StartRead and the next.
  ReusedMessage<v1::StreamRequest, kRequestBlockBytes> request_;

  absl::Mutex mutex_;
  StreamReplies replies_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<StreamReplies::Message> writing_ ABSL_GUARDED_BY(mutex_);
  uint64_t outstanding_ ABSL_GUARDED_BY(mutex_) = 0;  // cost of what isn't written back
  bool paused_ ABSL_GUARDED_BY(mutex_) = false;       // not reading, because of it
  bool reads_done_ ABSL_GUARDED_BY(mutex_) = false;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  bool flush_due_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace quorate::rpc
