// The inside of a Pipeline: its window, its lanes, and retries.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "client/core.h"
#include "client/options.h"
#include "client/pipeline_op.h"
#include "client/stream_lane.h"

namespace quorate::client {

// Thread-safe.
class PipelineCore : public LaneOwner, public std::enable_shared_from_this<PipelineCore> {
 public:
  PipelineCore(Core& core, std::string keyspace, const PipelineOptions& options);

  // Waits for room, unless on a callback's thread; then sends it on its way.
  // `key`: one of the operation's.
  void Submit(v1::StreamOp wire, std::string_view key, bool write, PipelineOp::Done done)
      ABSL_LOCKS_EXCLUDED(mutex_);
  void Drain() ABSL_LOCKS_EXCLUDED(mutex_);
  // After Drain: ends the streams.
  void Close() ABSL_LOCKS_EXCLUDED(mutex_);
  size_t in_flight() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // An operation with its reply or what failed it.
  struct Answer {
    PipelineOpPtr op;
    absl::StatusOr<v1::StreamReply*> reply;
  };

  void OnReplies(std::unique_ptr<v1::StreamResponse> response,
                 std::vector<PipelineOpPtr> ops) override;
  void OnFailed(std::vector<PipelineOpPtr> ops, const absl::Status& status,
                bool node_failed) override;

  void Acquire() ABSL_LOCKS_EXCLUDED(mutex_);
  void Release(size_t count) ABSL_LOCKS_EXCLUDED(mutex_);
  // Gives it an identity, if it is to have one, and dispatches it.
  void Identify(PipelineOpPtr op);
  Level LevelOf(const PipelineOp& op) const;
  void Dispatch(PipelineOpPtr op) ABSL_LOCKS_EXCLUDED(mutex_);
  std::shared_ptr<StreamLane> LaneTo(const std::shared_ptr<NodeLink>& link, const StreamLane* ended)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // Nothing was done because the writer is gone: another is opened. False: not so.
  bool TryAnotherWriter(PipelineOpPtr& op, const absl::Status& judged);
  // Likewise because others came between: it goes on under another number.
  bool TryAnotherNumber(PipelineOpPtr& op, const absl::Status& judged);
  void SendAnewAfter(absl::Duration wait, PipelineOpPtr op);
  // In mode quorum, of unknown outcome: asked what became of it. False: not so.
  bool TryAsking(PipelineOpPtr& op, const absl::Status& judged);
  void TakeFate(PipelineOpPtr op, const absl::StatusOr<v1::ResolveResponse>& fate,
                absl::Status judged);
  // Operations that are sent again together.
  struct Message {
    absl::Duration wait;
    std::vector<PipelineOpPtr> ops;
  };
  // Paid once for each message sent again, and not where it asks what became of a
  // write: that is always worth the question. Null: it can't be paid before the deadline.
  Message* MessageAfter(absl::Duration wait, absl::Duration left, bool free,
                        std::map<absl::Duration, Message>& messages);
  // Sends those worth it again, moves the others to `answers`.
  void RetryOrAnswer(std::vector<Answer> failed, bool node_failed, std::vector<Answer>& answers);
  void Learn(const v1::StreamResponse& response);
  // Runs callbacks, on the client's own threads. `response` is what replies
  // point into.
  void Deliver(std::unique_ptr<v1::StreamResponse> response, std::vector<Answer> answers);

  Core& core_;
  const std::string keyspace_;
  const PipelineOptions options_;
  const absl::Duration deadline_;
  std::atomic<uint64_t> next_id_ = 1;

  mutable absl::Mutex mutex_;
  size_t in_flight_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<NodeLink*, std::shared_ptr<StreamLane>> lanes_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace quorate::client
