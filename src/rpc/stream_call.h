// One client stream: many operations in flight, batched both ways.
//
// Operations of a message are executed as soon as it has come, in order; their replies
// leave in whatever order they come, those of one worker turn together. What
// has been accepted and not yet taken by the client is bounded: beyond it the stream
// isn't read on, and the client's flow control stops the client.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/inlined_vector.h"
#include "absl/synchronization/mutex.h"
#include "base/env.h"
#include "base/reused_message.h"
#include "http2/session.h"
#include "node/node.h"
#include "quorate/v1/kv.pb.h"
#include "rpc/call_watch.h"
#include "rpc/client_connection.h"
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

class StreamCall final : public http2::Call, public std::enable_shared_from_this<StreamCall> {
 public:
  StreamCall(StreamWorld world, std::shared_ptr<ClientConnection> connection, http2::CallId id);
  ~StreamCall() override;

  // Within one of the session's calls, as those below.
  void Start();
  void OnMessage(std::string_view message) override;
  void OnClosed() override;
  void OnLost() override;

  // No more reads; ends with UNAVAILABLE when all is answered. Any thread, but not where the
  // connection is locked.
  void End();

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
  // What is to be done about the client once nothing is locked.
  enum class Next { kNothing, kSucceed, kDrain, kBadMessage };

  // The message that was read, then those that came meanwhile.
  void Take();
  bool ReadNext();
  void Accept(StreamMessage& message);
  void Answer(Pending& pending, Reply reply);
  void AnswerError(uint64_t id, uint32_t cost, const absl::Status& status);
  void Flush();
  // The client has taken answers of that cost.
  void Taken(uint64_t cost);
  Next Idle() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Do(Next next);

  const StreamWorld world_;
  const std::shared_ptr<ClientConnection> connection_;
  const http2::CallId id_;

  // Of the message that is being executed.
  ReusedMessage<v1::StreamRequest, kRequestBlockBytes> request_;

  absl::Mutex mutex_;
  bool executing_ ABSL_GUARDED_BY(mutex_) = false;           // request_
  std::deque<std::string> arrived_ ABSL_GUARDED_BY(mutex_);  // meanwhile
  size_t untold_ ABSL_GUARDED_BY(mutex_) = 0;  // messages that are done, for which more may come
  StreamReplies replies_ ABSL_GUARDED_BY(mutex_);
  uint64_t outstanding_ ABSL_GUARDED_BY(mutex_) = 0;  // cost of what the client has not taken
  bool reads_done_ ABSL_GUARDED_BY(mutex_) = false;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  bool flush_due_ ABSL_GUARDED_BY(mutex_) = false;
  bool finished_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace quorate::rpc
